/** chat_people.js: visitors and agents that chat over tccc.v1, for the tests of chats. Layer: tests. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { WireSeat } from './wire_seat.js';

export async function postVisitor(tcccd, body, headers = {}) {
  const answer = await fetch(`http://127.0.0.1:${tcccd.httpPort}/v1/visitor`, {
    method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
}

export async function openVisitor(tcccd, facts) {
  const { status, body } = await postVisitor(tcccd, facts);
  assert.equal(status, 200, JSON.stringify(body));
  const seat = await WireSeat.open(tcccd, { token: body.token });
  return Object.assign(seat, { visitorId: body.visitorId, visitorKey: body.visitorKey });
}

let teams = 0;

/** A group of its own with so many new agents of the centre, signed in, and a channel to it, or to the flow that `flowTo` makes for the group. */
export async function chatTeam(centre, admin, nAgents, { max = 3, flowTo, ...more } = {}) {
  const n = teams++, channel = `team${n}`;
  const { groupId } = await admin.post('groups', { name: `team ${n}`, type: 'online', maxConcurrency: max });
  const way = flowTo ? { flowId: await flowTo(groupId) } : { groupId };
  await admin.post('channels', { channelId: channel, name: `Channel ${n}`, ...way, ...more });
  const agents = [];
  for (let i = 0; i < nAgents; i++) {
    const userId = `agent${centre.nextAgent++}@tests.example`;
    await admin.put(`agents/${userId}/groups/${groupId}`, { priority: 1 });
    agents.push(await centre.seatOf(userId));
  }
  const visitor = async (facts) => {
    const seat = await openVisitor(centre.tcccd, { channel, ...facts });
    centre.seats.push(seat);
    return seat;
  };
  return { groupId: String(groupId), channel, channelName: `Channel ${n}`, agents, visitor, flowId: way.flowId };
}

/** Sends a text; the answer. */
export const say = (seat, sessionId, text, clientId = randomUUID()) => seat.ask('chat.send', { sessionId, clientId, kind: 'text', text });

/** The texts of the messages that a seat was told, in the order of telling. */
export const heard = (seat, sessionId) => seat.events.filter(({ e, d }) => e === 'message' && d.sessionId === sessionId).map(({ d }) => d.text);

export const heardAll = (seat, sessionId, n) => seat.until(() => heard(seat, sessionId).length >= n, `${n} messages; have ${heard(seat, sessionId).length}`);

/** A chat between them, accepted. */
export async function chatWith(visitor, agent, more = {}) {
  const { sessionId } = await visitor.ask('visit.start', { type: 'im', ...more });
  await agent.until(() => agent.events.some(({ e, d }) => e === 'callIn' && d.sessionId === sessionId), 'callIn');
  await agent.ask('chat.accept', { sessionId });
  await visitor.until(() => visitor.events.some(({ e, d }) => e === 'joined' && d.sessionId === sessionId), 'joined');
  return sessionId;
}

/** Random numbers from a seed (mulberry32). */
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
