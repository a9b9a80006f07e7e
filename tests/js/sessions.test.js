/** sessions.test.js: what the page knows of its sessions. */
import assert from 'node:assert/strict';
import { load } from './source.js';

describe('sessions of the page', () => {
  let createSessions;
  let sessions;
  let changes;
  before(async () => ({ createSessions } = await load('sessions.js')));
  beforeEach(() => {
    changes = 0;
    sessions = createSessions(() => { changes += 1; });
  });
  const state = (id = 's') => sessions.get(id)?.state;

  it('an outbound call is dialled, rings, talks and ends', () => {
    const seen = [];
    for (const event of ['callOuted', 'progress', 'calloutAccepted', 'sessionEnded']) {
      sessions.onEvent(event, { sessionId: 's', calleePhoneNumber: '9001', ringing: true });
      seen.push(state());
    }
    assert.deepEqual(seen, ['dialing', 'ringingOut', 'talking', 'ended']);
    assert.equal(changes, 4);
  });

  it('an inbound call rings, talks and ends', () => {
    const seen = [];
    for (const event of ['callIn', 'accepted', 'userAccessed', 'sessionEnded']) {
      sessions.onEvent(event, { sessionId: 's', callerPhoneNumber: '100' });
      seen.push(state());
    }
    assert.deepEqual(seen, ['ringingIn', 'answering', 'talking', 'ended']);
  });

  it('events after the end change nothing', () => {
    sessions.onEvent('callIn', { sessionId: 's' });
    sessions.onEvent('sessionEnded', { sessionId: 's', closeBy: 'client' });
    sessions.onEvent('userAccessed', { sessionId: 's' });
    assert.equal(state(), 'ended');
    assert.equal(sessions.get('s').ending.closeBy, 'client');
  });

  it('events of sessions that are not known are ignored', () => {
    sessions.onEvent('sessionEnded', { sessionId: 'nobody' });
    sessions.onEvent('statusChanged', { status: 'free' });
    assert.deepEqual(sessions.list(), []);
  });

  it('the microphone is needed by outbound calls and by answered ones, not by ringing ones', () => {
    sessions.onEvent('callIn', { sessionId: 'in' });
    assert.equal(sessions.needMic(), false);
    sessions.onEvent('callOuted', { sessionId: 'out', calleePhoneNumber: '1' });
    assert.equal(sessions.needMic(), true);
    sessions.onEvent('sessionEnded', { sessionId: 'out' });
    assert.equal(sessions.needMic(), false);
    sessions.onEvent('accepted', { sessionId: 'in' });
    assert.equal(sessions.needMic(), true);
    sessions.onEvent('userAccessed', { sessionId: 'in' });
    assert.equal(sessions.needMic(), true);
  });

  it('SDK-030 phoneDesc of startOutboundCall names that call, and no later one to the same number', () => {
    sessions.onEvent('callOuted', { sessionId: 's', calleePhoneNumber: '138****8000', phoneDesc: 'Ms Li' });
    sessions.onEvent('sessionEnded', { sessionId: 's' });
    sessions.onEvent('callOuted', { sessionId: 't', calleePhoneNumber: '138****8000' });
    assert.deepEqual([sessions.get('s').phoneDesc, sessions.get('t').phoneDesc], ['Ms Li', '']);
  });

  it('the list of the server brings calls back after a reload and does not double them', () => {
    const one = {
      sessionId: 's', direction: 'out', state: 'talking', held: true, callerPhoneNumber: '1', calleePhoneNumber: '9001',
      startMs: 1000, answerMs: 2000, timeout: 0, media: { channel: 2 },
    };
    sessions.restore([one]);
    sessions.restore([one]);
    assert.equal(sessions.list().length, 1);
    const { number, held, channel, answerMs } = sessions.get('s');
    assert.deepEqual([state(), number, held, channel, answerMs], ['talking', '9001', true, 2, 2000]);
  });

  it('a visitor has its name again after a reload, and its id is no number to call', () => {
    const visit = { direction: 'in', state: 'talking', callerPhoneNumber: '4df13a12', calleePhoneNumber: 'shop', nickname: 'Ms Li', startMs: 1, answerMs: 2 };
    sessions.restore([{ ...visit, sessionId: 'm', type: 'im', callerPhoneNumber: '', phoneDesc: 'about order 7' }, { ...visit, sessionId: 'v', type: 'voip', phoneDesc: 'Ms Li' }, { ...visit, sessionId: 'x', type: 'im', phoneDesc: '' }]);
    assert.deepEqual(sessions.list().map(({ phoneDesc, number, details }) => [phoneDesc, number, details.remark]), [['Ms Li', '', 'about order 7'], ['Ms Li', '', undefined], ['Ms Li', '', '']]);
  });
});
