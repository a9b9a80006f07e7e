/** video_pane.js: one video call: both pictures and its buttons. Layer: ui. */
import { h } from './dom.js';
import { iconButton, refusal } from './controls.js';
import { completeButton, details, paneHead, transcript } from './pane_parts.js';
import { transferPanel } from './transfer.js';

/** @typedef {import('./controls.js').Context} Context */
/** @typedef {import('../sessions.js').Session} Session */

/** @param {MediaStream | null | undefined} stream */
const hasPicture = (stream) => (stream?.getVideoTracks().length ?? 0) > 0;

/** What the agent keeps back. @param {any} session */
const keptBack = ({ muted, cameraMuted }) => ({ isMicOff: muted === true, isCameraOff: cameraMuted === true });

/** The sound of every video call, which goes on whatever pane is shown; a page with screens of its own hides ours. @param {Context} c @param {boolean} isHidden */
export const videoSounds = ({ s, tccc }, isHidden) => (isHidden ? [] : s.sessions.filter(({ type, state }) => type === 'video' && state === 'talking').map(({ sessionId }) =>
  h('audio', { autoplay: true, srcObject: tccc.Video?.getStreams?.({ sessionId })?.remote ?? null, key: `sound ${sessionId}` })));

/** @param {Context} c @param {Session} session */
function pictures({ s, t, tccc }, session) {
  const { sessionId } = session;
  const streams = tccc.Video?.getStreams?.({ sessionId }) ?? null;
  const video = s.videos[sessionId];
  const { held } = session;
  const isDark = held || video?.isPeerDark || video?.isPictureless || !hasPicture(streams?.remote);
  const why = held ? t.videoHeld : video?.isPictureless ? t.noCommonPicture : video?.isPeerDark ? t.peerCameraOff : t.waitingForPicture;
  return h('div', { class: 'pictures', key: 'pictures' },
    h('video', { class: 'theirs', autoplay: true, playsinline: true, muted: true, 'aria-label': t.theirPicture, srcObject: streams?.remote ?? null, hidden: isDark }),
    isDark ? h('p', { class: 'dark', role: 'status', key: 'dark' }, why) : null,
    video?.isPeerMuted ? h('p', { class: 'peerMuted', key: 'muted', role: 'status' }, t.peerMuted) : null,
    h('video', { class: 'own', autoplay: true, playsinline: true, muted: true, 'aria-label': t.ownPicture, srcObject: streams?.local ?? null, hidden: held || keptBack(session).isCameraOff || !hasPicture(streams?.local), key: 'own' }));
}

/** @param {Context} c @param {Session} session */
function controls({ s, t, act, can }, session) {
  const { sessionId } = session;
  const { isMicOff, isCameraOff } = keptBack(session);
  return h('div', { class: 'actions centre', key: 'controls' },
    can('Video', 'muteMic') && iconButton(isMicOff ? 'micOff' : 'mic', isMicOff ? t.unmute : t.mute, () => act.video(isMicOff ? 'unmuteMic' : 'muteMic', sessionId), { 'aria-pressed': isMicOff, key: 'mic' }),
    can('Video', 'muteVideo') && iconButton(isCameraOff ? 'cameraOff' : 'camera', isCameraOff ? t.turnCameraOn : t.turnCameraOff, () => act.video(isCameraOff ? 'unmuteVideo' : 'muteVideo', sessionId), { 'aria-pressed': isCameraOff, key: 'camera' }),
    can('Video', 'hold') && iconButton(session.held ? 'play' : 'pause', session.held ? t.unhold : t.hold, () => act.video(session.held ? 'unHold' : 'hold', sessionId), { class: 'hold', 'aria-pressed': session.held, key: 'hold' }),
    can('Video', 'transfer') && iconButton('transfer', t.transfer, () => act.panel(sessionId, 'transfer'), { 'aria-expanded': s.panels[sessionId] === 'transfer', 'data-focus': `transferButton:${sessionId}`, key: 'transfer' }),
    iconButton('hangUp', t.endVideo, () => act.end(sessionId), { class: 'stop', key: 'end' }));
}

/** @param {Context} c @param {Session} session */
export function videoPane(c, session) {
  const { s } = c;
  const { sessionId, state } = session;
  const isUp = state === 'talking';
  return [
    paneHead(c, session, completeButton(c, session)), refusal(c, sessionId),
    isUp ? [pictures(c, session), transcript(c, sessionId), controls(c, session), s.panels[sessionId] === 'transfer' ? transferPanel(c, sessionId, false) : null]
      : h('div', { class: 'scroll', key: 'facts' }, transcript(c, sessionId), details(c, session)),
  ];
}
