/** button_config.js: tccc.overrideButtonConfig, which published integrations call to take buttons from the call bar. Layer: page. */
import { tcccError } from './errors.js';

/** The published types first, then ours. */
export const BUTTONS = ['transferSeat', 'transferSkillGroup', 'forwardOut', 'holdToggle', 'showKeyboard', 'selfService',
  'consult', 'noiseReduction'];

/** @param {(config: {active: {type: string}[]}) => {active: {type: string}[]}} change @returns {string[]} types that are not shown */
export function hiddenButtons(change) {
  if (typeof change !== 'function') throw tcccError('ARG_TYPE', 'overrideButtonConfig takes a function.');
  const config = { active: BUTTONS.map((type) => ({ type })) };
  const { active } = change(config) ?? config; /* some change what they are given */
  if (!Array.isArray(active)) throw tcccError('ARG_TYPE', 'The function of overrideButtonConfig must return {active: [{type}]}.');
  return BUTTONS.filter((type) => !active.some((one) => one?.type === type));
}
