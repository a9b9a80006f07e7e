/** ended.js: what every sessionEnded must say. Layer: tests. */
import assert from 'node:assert/strict';

export function assertEnded(fields, sessionId, closeBy) {
  assert.equal(fields.sessionId, sessionId);
  assert.equal(fields.closeBy, closeBy, JSON.stringify(fields));
  assert.equal(fields.type, 'phone');
  assert.equal(typeof fields.duration, 'number');
  assert.equal('mainReason' in fields, closeBy === 'admin', JSON.stringify(fields));
}
