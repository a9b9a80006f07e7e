/** flow_calls.test.js: callers in flows: keys, queues, voicemail, ratings, self-service; where they hang up, and what the record says. Layer: tests. */
import assert from 'node:assert/strict';
import { calling } from '../peers/sipp.js';
import { AdminClient } from './admin_client.js';
import { NUMBER, ServerCentre } from './server_centre.js';

const agent = (n) => `agent${n}@tests.example`;
const SHORT = { text: 'Hi.' };
const LONG = { text: 'This sentence is long enough that nobody waits until it has ended, for it tells everything twice, and then once more from the beginning.' };
const MAILBOX = '02011110005', RATED = '02011110006', ENDS = '02011110007';
const end = { id: 'end', type: 'end' };

/** Menu -> agents -> rating; a star leaves the queue for the voicemail, as does nobody there. */
const main = {
  start: 'menu',
  modules: [
    { id: 'menu', type: 'branch', label: 'Menu', prompt: SHORT, timeoutSound: SHORT, maxErrors: 3, timeoutSeconds: 5,
      branches: [{ key: '1', name: 'Sales', next: 'agents' }, { key: '2', name: 'Message', next: 'message' }] },
    { id: 'agents', type: 'transferToHuman', label: 'Sales agents', group: 1, sound: { text: '${WaitNo} ahead.' }, connectedSound: { text: 'Agent ${StaffNo}.' },
      leaveKey: '*', leave: 'message', noAgent: 'message', queueOver: 'end', next: 'rate' },
    { id: 'message', type: 'voicemail', label: 'Message', prompt: SHORT, maxSeconds: 30, silenceSeconds: 0, next: 'end' },
    { id: 'rate', type: 'rating', label: 'Rating', prompt: SHORT, timeoutSeconds: 12, maxErrors: 0,
      keys: [{ key: '5', label: 'very satisfied' }, { key: '1', label: 'not satisfied' }], next: 'end' },
    end,
  ],
};
const says = (sound) => ({ start: 'say', modules: [{ id: 'say', type: 'play', sound, next: 'end' }, end] });
const rating = { start: 'rate', modules: [{ id: 'rate', type: 'rating', label: 'Rating', prompt: SHORT, timeoutSeconds: 2, maxErrors: 0, keys: [{ key: '5', label: 'good' }], next: 'end' }, end] };
const self = { start: 'ask', modules: [{ id: 'ask', type: 'branch', label: 'Confirm', prompt: SHORT, timeoutSeconds: 10, branches: [{ key: '7', name: 'Yes', next: 'back' }] }, { id: 'back', type: 'return' }] };

describe('callers in flows', function () {
  this.timeout(60000);
  let centre;
  beforeEach(async () => {
    centre = await ServerCentre.start({
      change: { calls: { ringSeconds: 10, queueSeconds: 10, resumeSeconds: 30 } },
      instance: {
        skillGroups: [{ name: 'sales', agents: [agent(0), agent(1)] }],
        flows: [{ name: 'main', kind: 'ivr', document: main }, { name: 'long', kind: 'ivr', document: says(LONG) }, { name: 'short', kind: 'ivr', document: says(SHORT) },
          { name: 'self', kind: 'selfService', document: self }, { name: 'rating', kind: 'ivr', document: rating }],
        numbers: [{ number: NUMBER, trunk: 'line', flow: 'main' }, { number: MAILBOX, trunk: 'line', flow: 'long' }, { number: ENDS, trunk: 'line', flow: 'short' },
          { number: RATED, trunk: 'line', skillGroup: 'sales' }],
      },
    });
  });
  afterEach(async function clear() {
    if (this.currentTest.state === 'failed') console.log(centre.tell());
    await centre.stop();
  });

  /** sipp calls; the session's id. */
  async function call(scenario, number = NUMBER, more = {}) {
    const from = centre.tcccd.process.lines.length;
    const peer = await centre.calls(scenario, { number, ...more });
    const [, sessionId] = await centre.tcccd.process.waitLine(/call\.in session=(\S+)/, { from });
    return { peer, sessionId };
  }

  async function take(seat) {
    const callIn = await seat.next('callIn');
    await seat.ask('call.accept', { sessionId: callIn.sessionId });
    await seat.next('userAccessed');
    return callIn;
  }

  const keys = (list) => (list || []).map((one) => [one.Key, one.Label]);

  it('IVR-020 IVR-028 IVR-037 IVR-038 IVR-039 IVR-040 a key leads to the group, the agent sees it, a rating follows; the record has both keys', async () => {
    const anna = await centre.seatOf(agent(0));
    const { peer, sessionId } = await call(calling.isHungUp({ digits: [{ afterMs: 1500, key: '1' }, { afterMs: 6000, key: '5' }] }));
    const callIn = await take(anna);
    assert.deepEqual([callIn.sessionId, callIn.ivrPath], [sessionId, [{ key: '1', label: 'Sales' }]]);
    await anna.ask('call.hangup', { sessionId });
    assert.equal((await anna.next('sessionEnded')).closeBy, 'seat');
    await peer.done();
    const cdr = await centre.cdr(sessionId);
    assert.deepEqual([keys(cdr.IVRKeyPressedEx), keys(cdr.PostIVRKeyPressed)], [[['1', 'Sales']], [['5', 'very satisfied']]]);
    assert.deepEqual([cdr.EndStatusString, cdr.HungUpSide, cdr.SeatUser.UserId], ['ok', 'seat', agent(0)]);
    assert.ok(cdr.IVRDuration >= 1, `IVRDuration ${cdr.IVRDuration}`);
  });

  it('IVR-037 the rating of the settings follows a call of a group, too; no key: noInput', async () => {
    await new AdminClient(centre.tcccd).patch('settings/phone', { ratingFlow: Number(await flowId('rating')) });
    const anna = await centre.seatOf(agent(0));
    const { peer, sessionId } = await call(calling.isHungUp(), RATED);
    await take(anna);
    await anna.ask('call.hangup', { sessionId });
    assert.equal((await anna.next('sessionEnded')).closeBy, 'seat');
    await peer.done();
    const cdr = await centre.cdr(sessionId);
    assert.deepEqual([cdr.PostIVRKeyPressed.map((one) => one.Key), cdr.HungUpSide, cdr.EndStatusString], [['noInput'], 'seat', 'ok']);
  });

  it('the caller hangs up in the flow: ivrGiveUp', async () => {
    const { peer, sessionId } = await call(calling.talks({ talkMs: 600 }), MAILBOX);
    await peer.done();
    const cdr = await centre.cdr(sessionId);
    assert.deepEqual([cdr.EndStatusString, cdr.HungUpSide, cdr.Duration], ['ivrGiveUp', 'user', 0]);
  });

  it('the flow ends: the call is hung up, ivrEnd', async () => {
    const { peer, sessionId } = await call(calling.isHungUp(), ENDS);
    await peer.done();
    assert.deepEqual([(await centre.cdr(sessionId)).EndStatusString, (await centre.cdr(sessionId)).HungUpSide], ['ivrEnd', 'system']);
  });

  it('the caller hangs up in the queue and while an agent rings: waitingGiveUp, ringingGiveUp; the agent is free again', async () => {
    const anna = await centre.seatOf(agent(0));
    const ringing = await call(calling.talks({ talkMs: 5000, digits: '1' }));
    await anna.next('callIn');
    assert.equal((await anna.next('sessionEnded')).closeBy, 'client');
    await ringing.peer.done();
    assert.equal((await centre.cdr(ringing.sessionId)).EndStatusString, 'ringingGiveUp');
    const busy = await call(calling.isHungUp(), RATED); // no rating follows this one
    await take(anna);
    const waiting = await call(calling.talks({ talkMs: 4000, digits: '1' }), NUMBER, { port: undefined });
    await waiting.peer.done();
    assert.equal((await centre.cdr(waiting.sessionId)).EndStatusString, 'waitingGiveUp');
    await anna.ask('call.hangup', { sessionId: busy.sessionId });
    await busy.peer.done();
  });

  it('ACD-023 IVR-036 nobody is online: the voicemail records until the caller hangs up', async () => {
    const { peer, sessionId } = await call(calling.talks({ talkMs: 7000, digits: '1', speaks: true }));
    await centre.tcccd.process.waitLine(/record\.start record=\S+ session=\S+ bridge=\d+ side=1/);
    await peer.done();
    await centre.tcccd.process.waitLine(/record\.finished .*bytes=[1-9]/);
    assert.equal((await centre.cdr(sessionId)).EndStatusString, 'ivrGiveUp');
  });

  it('ACD-035 a key takes the caller out of the queue', async () => {
    const anna = await centre.seatOf(agent(0));
    const first = await call(calling.isHungUp(), RATED); // no rating follows this one
    await take(anna);
    const second = await call(calling.isHungUp({ digits: [{ afterMs: 1500, key: '1' }, { afterMs: 3000, key: '*' }, { afterMs: 3000, key: '#' }] }), NUMBER, { port: undefined });
    await centre.tcccd.process.waitLine(new RegExp(`session=${second.sessionId} phase=QUEUED on=FLOW_TURNS next=FLOW`));
    await second.peer.done();
    await centre.tcccd.process.waitLine(/record\.finished .*bytes=[1-9]/);
    assert.deepEqual([(await centre.cdr(second.sessionId)).ServeParticipants?.length || 0, (await centre.cdr(second.sessionId)).HungUpSide], [0, 'system']);
    await anna.ask('call.hangup', { sessionId: first.sessionId });
    await first.peer.done();
  });

  it('ACD-035 ... also while an agent rings: the offer is taken back, the agent is free', async () => {
    const anna = await centre.seatOf(agent(0));
    const { peer, sessionId } = await call(calling.isHungUp({ digits: [{ afterMs: 1500, key: '1' }, { afterMs: 3000, key: '*' }, { afterMs: 3000, key: '#' }] }));
    assert.equal((await anna.next('callIn')).sessionId, sessionId);
    assert.equal((await anna.next('autoTransfer')).sessionId, sessionId);
    await anna.until(() => anna.events.filter((one) => one.e === 'statusChanged').at(-1).d.status === 'free', 'free');
    await assert.rejects(anna.ask('call.accept', { sessionId }), { code: 'NOT_FOUND' });
    await peer.done();
    assert.equal((await centre.cdr(sessionId)).ServeParticipants[0].EndStatusString, 'ringingGiveUp');
  });

  it('IVR-041 an agent runs a self-service flow and is joined again', async () => {
    const anna = await centre.seatOf(agent(0));
    const { peer, sessionId } = await call(calling.isHungUp({ digits: [{ afterMs: 3000, key: '7' }] }), RATED);
    await take(anna);
    const { FlowId } = { FlowId: await flowId('self') };
    await assert.rejects(anna.ask('call.flow', { sessionId, flowId: '999' }), { code: 'NOT_FOUND' });
    await anna.ask('call.flow', { sessionId, flowId: FlowId });
    assert.deepEqual(await anna.next('selfService'), { sessionId, running: true });
    await assert.rejects(anna.ask('call.hold', { sessionId }), { code: 'STATE' });
    assert.deepEqual(await anna.next('selfService'), { sessionId, running: false });
    const directions = () => anna.events.filter((one) => one.e === 'media').map((one) => one.d.direction).join();
    await anna.until(() => directions().endsWith('inactive,sendrecv'), `the sound back; ${directions()}`);
    await anna.ask('call.flow', { sessionId, flowId: FlowId });
    await anna.ask('call.unflow', { sessionId });
    await anna.ask('call.hangup', { sessionId });
    await peer.done();
    assert.deepEqual(keys((await centre.cdr(sessionId)).IVRKeyPressedEx), [['7', 'Yes']]);
  });

  it('an agent who hangs up while the self-service flow runs, and a caller who does', async () => {
    const anna = await centre.seatOf(agent(0));
    const first = await call(calling.isHungUp(), RATED);
    await take(anna);
    await anna.ask('call.flow', { sessionId: first.sessionId, flowId: await flowId('self') });
    await anna.ask('call.hangup', { sessionId: first.sessionId });
    await first.peer.done();
    assert.equal((await centre.cdr(first.sessionId)).HungUpSide, 'seat');
    const second = await call(calling.talks({ talkMs: 1500 }), RATED);
    await take(anna);
    await anna.ask('call.flow', { sessionId: second.sessionId, flowId: await flowId('self') });
    await second.peer.done();
    assert.equal((await centre.cdr(second.sessionId)).HungUpSide, 'user');
  });

  /** Flows are numbered in the order of the configuration. */
  const flowId = async (name) => String(['main', 'long', 'short', 'self', 'rating'].indexOf(name) + 1);
});
