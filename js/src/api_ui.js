/** api_ui.js: tccc.UI. Layer: page, namespaces. mount is in the release log of the documented SDK; it may be called again and again. */

/** @param {{screens: import('./screens.js').Screens, settings: import('./user_settings.js').Settings}} sdk */
export const createUiApi = ({ screens, settings }) => ({
  hide: () => screens.setHidden(true),
  show: () => screens.setHidden(false),
  showfloatButton: () => screens.ask('showFloatButton', true),
  hidefloatButton: () => screens.ask('showFloatButton', false),
  showWorkbench: () => screens.ask('showWorkbench', true),
  hideWorkbench: () => screens.ask('showWorkbench', false),
  showNotificationBar: () => screens.ask('showBar', true),
  hideNotificationBar: () => screens.ask('showBar', false),
  updateUserCustomSettings: (/** @type {any} */ change) => settings.update(change),
  mount: (/** @type {any} */ target) => screens.mount(target),
});
