/** endings.test.js: events in the documented order with the documented fields, in every ending of a call. Layer: tests. */
import assert from 'node:assert/strict';
import { Chromium } from '../peers/browser.js';
import { TcpShuttle } from '../peers/shuttle.js';
import { Sipp, called, calling } from '../peers/sipp.js';
import { CUSTOMER, useCentre } from '../e2e/centre.js';
import { assertEnded } from './ended.js';

const UUID = /^[0-9a-f-]{36}$/;

/** How calls out end that are never answered: what sipp says, and what the page hears. */
const REFUSALS = [
  { name: 'busy (486)', scenario: called.refuses('486 Busy Here'), closeBy: 'admin', mainReason: 'busy', subReason: 'SIP 486' },
  { name: 'rejected (603)', scenario: called.refuses('603 Decline', { ringing: true }), closeBy: 'admin', mainReason: 'userReject', subReason: 'SIP 603' },
  { name: 'number does not exist (404)', scenario: called.refuses('404 Not Found'), closeBy: 'admin', mainReason: 'numberNotExist', subReason: 'SIP 404' },
  { name: 'no answer', scenario: called.ringsUntilCancelled(), closeBy: 'admin', mainReason: 'notAnswer', subReason: 'ringTimeout' },
];

describe('endings of a call', function () {
  this.timeout(60000);
  const centre = useCentre({ browser: 'chromium', change: { calls: { outboundRingSeconds: 3, ringSeconds: 5, queueSeconds: 3, resumeSeconds: 4, noReplySeconds: 2 } } });
  const peers = [];
  const sipp = async (options) => {
    const one = await Sipp.start(options);
    peers.push(one);
    return one;
  };
  afterEach(async () => { await Promise.all(peers.splice(0).map((one) => one.stop())); });

  const exact = (scenario) => sipp({ scenario, host: centre().lines.exact.host, port: centre().lines.exact.port });
  const from = (scenario) => sipp({ scenario, remote: centre().remote(), number: centre().number('exact'), from: CUSTOMER, host: centre().lines.exact.host, port: centre().lines.exact.port });
  const dialExact = (seat) => seat.call('Call.startOutboundCall', { phoneNumber: CUSTOMER, callerPhoneNumber: centre().number('exact') });

  it('SDK-177 SDK-157 SDK-163 a call out that the agent ends: callOuted, calloutAccepted, sessionEnded by seat', async () => {
    const peer = await exact(called.answers());
    const seat = await centre().seat();
    const result = await dialExact(seat);
    assert.equal(result.status, 'success');
    assert.equal(result.data.sessionId, result.sessionId);
    const outed = await seat.next('callOuted');
    assert.match(outed.sessionId, UUID);
    assert.equal(outed.sessionId, result.sessionId);
    assert.equal(outed.callerPhoneNumber, centre().number('exact'));
    assert.equal(outed.calleePhoneNumber, CUSTOMER);
    assert.equal(outed.serverType, 'staffSeat');
    assert.deepEqual([result.data.callerPhoneNumber, result.data.calleePhoneNumber, result.data.serverType],
      [outed.callerPhoneNumber, outed.calleePhoneNumber, 'staffSeat']);
    assert.equal((await seat.next('calloutAccepted')).sessionId, outed.sessionId);
    await seat.call('Call.hungUp', { sessionId: outed.sessionId });
    assertEnded(await seat.next('sessionEnded'), outed.sessionId, 'seat');
    assert.deepEqual(await seat.story(outed.sessionId), ['callOuted', 'calloutAccepted', 'sessionEnded']);
    await peer.done();
  });

  it('SDK-154 a call out that the customer ends: sessionEnded by client', async () => {
    const phone = await centre().phone('udp');
    const seat = await centre().seat();
    const sessionId = await seat.dial(CUSTOMER, { callerPhoneNumber: centre().number('udp') });
    await phone.hangup();
    assertEnded(await seat.next('sessionEnded'), sessionId, 'client');
    assert.deepEqual(await seat.story(sessionId), ['callOuted', 'calloutAccepted', 'sessionEnded']);
  });

  it('SDK-178 SDK-105 SDK-148 a call in: callIn with its fields, userAccessed, sessionEnded', async () => {
    const phone = await centre().phone('udp');
    const seat = await centre().seat();
    await phone.dial(centre().uri('udp'));
    const callIn = await seat.next('callIn');
    assert.match(callIn.sessionId, UUID);
    assert.deepEqual([callIn.type, callIn.callerPhoneNumber, callIn.calleePhoneNumber, callIn.serverType],
      ['phone', CUSTOMER, centre().number('udp'), 'staffSeat']);
    assert.ok(callIn.timeout > 0 && callIn.timeout <= 5, `timeout ${callIn.timeout}`);
    await seat.call('Call.accept', { sessionId: callIn.sessionId });
    assert.equal((await seat.next('userAccessed')).sessionId, callIn.sessionId);
    await phone.waitEvent('CALL_ESTABLISHED');
    await seat.call('Call.hungUp', callIn.sessionId);
    assertEnded(await seat.next('sessionEnded'), callIn.sessionId, 'seat');
    assert.deepEqual(await seat.story(callIn.sessionId), ['callIn', 'userAccessed', 'sessionEnded']);
    await phone.waitEvent('CALL_CLOSED');
    await seat.call('Call.deleteCall', { sessionId: callIn.sessionId });
  });

  it('SDK-042 accept takes the bare sessionId as well', async () => {
    const phone = await centre().phone('udp');
    const seat = await centre().seat();
    await phone.dial(centre().uri('udp'));
    const { sessionId } = await seat.next('callIn');
    await seat.call('Call.accept', sessionId);
    await seat.next('userAccessed');
    await phone.hangup();
    assertEnded(await seat.next('sessionEnded'), sessionId, 'client');
  });

  for (const { name, scenario, closeBy, mainReason, subReason } of REFUSALS) {
    it(`SDK-177 SDK-155 SDK-156 ${name}: callOuted, sessionEnded, never calloutAccepted`, async () => {
      const peer = await exact(scenario);
      const seat = await centre().seat();
      const { sessionId } = await dialExact(seat);
      const ended = await seat.next('sessionEnded');
      assertEnded(ended, sessionId, closeBy);
      assert.deepEqual([ended.mainReason, ended.subReason], [mainReason, subReason]);
      assert.deepEqual(await seat.story(sessionId), ['callOuted', 'sessionEnded']);
      await peer.done();
    });
  }

  it('cancelled while it rings: the telephone is told by CANCEL, sessionEnded by seat', async () => {
    const peer = await exact(called.ringsUntilCancelled());
    const seat = await centre().seat();
    const { sessionId } = await dialExact(seat);
    await seat.next('progress');
    await seat.call('Call.hungUp', { sessionId });
    assertEnded(await seat.next('sessionEnded'), sessionId, 'seat');
    assert.deepEqual(await seat.story(sessionId), ['callOuted', 'sessionEnded']);
    await peer.done();
  });

  it('trunk down: sessionEnded names the cause within the limit of silence', async () => {
    const seat = await centre().seat();
    const { sessionId } = await seat.call('Call.startOutboundCall', { phoneNumber: CUSTOMER, callerPhoneNumber: centre().number('down') });
    const ended = await seat.next('sessionEnded');
    assertEnded(ended, sessionId, 'admin');
    assert.equal(ended.mainReason, 'operatorError', JSON.stringify(ended));
  });

  it('a caller who gives up while it rings: sessionEnded by client, and accept is refused afterwards', async () => {
    const seat = await centre().seat();
    const peer = await from(calling.cancels({ afterMs: 300 }));
    const { sessionId } = await seat.next('callIn');
    assertEnded(await seat.next('sessionEnded'), sessionId, 'client');
    await peer.done();
    assert.ok(['STATE', 'NOT_FOUND'].includes((await seat.refused('Call.accept', { sessionId })).code));
  });

  it('an agent who rejects with Call.end: the caller is not answered by this agent', async () => {
    const seat = await centre().seat();
    const phone = await centre().phone('udp');
    await phone.dial(centre().uri('udp'));
    const { sessionId } = await seat.next('callIn');
    await seat.call('Call.end', { sessionId });
    await seat.tab.until(async (id) => log.some((one) => ['sessionEnded', 'autoTransfer'].includes(one.name) && one.fields.sessionId === id), sessionId);
    await phone.waitEvent('CALL_CLOSED');
  });

  it('SDK-151 an agent who does not answer: autoTransfer, and the caller is let go when nobody else is there', async () => {
    const seat = await centre().seat();
    const phone = await centre().phone('udp');
    await phone.dial(centre().uri('udp'));
    const { sessionId } = await seat.next('callIn');
    assert.equal((await seat.next('autoTransfer')).sessionId, sessionId);
    await phone.waitEvent('CALL_CLOSED');
  });
});

describe('a page that is away for longer than the resume window', function () {
  this.timeout(60000);
  const centre = useCentre({ browser: 'chromium', change: { heartbeatMs: 400, calls: { resumeSeconds: 2 } } });

  it('SDK-009 comes back by itself, without a new token, and telephones', async () => {
    const shuttle = await TcpShuttle.start({ targetPort: centre().tcccd.httpPort });
    const phone = await centre().phone('udp');
    const seat = await centre().seat({ port: shuttle.port });
    const sessionId = await seat.dial(CUSTOMER, { callerPhoneNumber: centre().number('udp') });
    shuttle.refuse('seat');
    shuttle.cut('seat');
    assert.equal((await seat.next('sessionEnded')).mainReason, 'connectionLost');
    assert.equal((await seat.next('warning')).code, 'CONNECTION_LOST');
    assert.equal((await seat.refused('Agent.setStatus', { status: 'rest' })).code, 'CONNECTION_LOST');
    await phone.waitEvent('CALL_CLOSED');
    shuttle.refuse('seat', false);
    await seat.next('reconnected');
    await seat.tab.until(() => tccc.Agent.getStatus() === 'free');
    const again = await seat.dial(CUSTOMER, { callerPhoneNumber: centre().number('udp') });
    await centre().heardMore(phone, 1);
    await seat.call('Call.hungUp', { sessionId: again });
    assert.deepEqual(await seat.story(sessionId), ['callOuted', 'calloutAccepted', 'sessionEnded']);
    await shuttle.stop();
  });
});

describe('a microphone that is refused', function () {
  this.timeout(60000);
  const centre = useCentre({ browser: null });
  let browser;
  before(async () => { browser = await Chromium.start({ denyMicrophone: true }); });
  after(() => browser.stop());

  it('startOutboundCall rejects with MIC_DENIED and a remedy, and nothing is dialled', async () => {
    const phone = await centre().phone('udp');
    const seat = await centre().seat({ browser });
    const error = await seat.refused('Call.startOutboundCall', { phoneNumber: CUSTOMER, callerPhoneNumber: centre().number('udp') });
    assert.equal(error.code, 'MIC_DENIED');
    assert.equal((await seat.log()).filter((one) => one.name === 'callOuted').length, 0);
    assert.equal(phone.events.length, 0);
  });

  it('accept rejects with MIC_DENIED and the call goes on ringing', async () => {
    const phone = await centre().phone('udp');
    const seat = await centre().seat({ browser });
    await phone.dial(centre().uri('udp'));
    const { sessionId } = await seat.next('callIn');
    assert.equal((await seat.refused('Call.accept', { sessionId })).code, 'MIC_DENIED');
    await phone.hangup();
    assert.equal((await seat.next('sessionEnded')).closeBy, 'client');
  });
});
