/** samples.ts: how published integrations use the SDK; compiled against tccc.d.ts, never run. Layer: tests. */
import type { EventMap, Payload, ServerType, TcccError } from '../../js/types/tccc.js';

async function callOut(): Promise<string> {
  try {
    const res = await tccc.Call.startOutboundCall({ phoneNumber: '13800138000', phoneDesc: 'Ms Li', uui: 'order 4711' });
    const { calleePhoneNumber } = res.data;
    return res.status === 'success' ? res.sessionId + calleePhoneNumber : '';
  } catch (error) {
    const { status, errorMsg, code, remedy } = error as TcccError;
    return [status, errorMsg, code, remedy].join(' ');
  }
}

window.tccc.on(tccc.events.ready, ({ tabUUID }) => console.log(tabUUID));
window.tccc.on('tokenExpired', ({ message }) => console.error(message));
tccc.on(tccc.events.callIn, (response) => {
  const fromData: string = response.data.sessionId;
  tccc.Call.accept({ sessionId: fromData });
  tccc.Call.accept(response.sessionId);
});
const ended = ({ closeBy, duration }: Payload<EventMap['sessionEnded']>) => console.log(closeBy, duration.toFixed(1));
tccc.on('sessionEnded', ended);
tccc.off('sessionEnded', ended);
tccc.Call.sendDigits({ sessionId: '1', dtmfText: '1#' });
tccc.Call.transfer({ sessionId: '1', skillGroupId: '334' });
tccc.Call.startInternalCall({ calleeUserId: 'b@example.com', useMobile: true });
tccc.Agent.setStatus({ status: 'rest', restReason: 'Lunch Break' });
if (tccc.Agent.getStatus() === 'free' && tccc.isEnvSupported()) callOut();
tccc.UI.hidefloatButton();
tccc.overrideButtonConfig(({ active }) => ({ active: active.filter(({ type }) => type !== 'showKeyboard') }));
tccc.timer.emitter.removeAllListeners('tokenExpired');

tccc.Agent.getSessions().then(({ sessions }) => sessions.filter(({ type, state }) => type === 'im' && state === 'talking').map(({ nickname, lastSeq }) => `${nickname} ${lastSeq}`));

const seats: ServerType[] = ['staffSeat', 'staffPhoneSeat', 'miniProgramSeat', 'staffExtensionSeat']; // SDK-021 to SDK-024
console.log(seats.length);

// @ts-expect-error an unknown status
tccc.Agent.setStatus({ status: 'asleep' });
// @ts-expect-error a transfer without a target
tccc.Call.transfer({ sessionId: '1' });
// @ts-expect-error an unknown event
tccc.on('callinn', () => {});
// @ts-expect-error a required option is missing
tccc.Call.startOutboundCall({});
