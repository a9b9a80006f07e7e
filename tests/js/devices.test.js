/** devices.test.js: what is kept of the choices, and how a chosen device is found again. Layer: tests. */
import assert from 'node:assert/strict';
import { load } from './source.js';

const storageOf = (text = null) => {
  const kept = new Map(text === null ? [] : [['tccc.devices', text]]);
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), kept };
};

describe('chosen devices', () => {
  let createChoices;
  let findChosen;
  before(async () => { ({ createChoices, findChosen } = await load('device_choice.js')); });

  it('are kept for the next page load', () => {
    const storage = storageOf();
    createChoices(storage).put({ microphone: { deviceId: 'm1', label: 'headset' }, volume: 0.5 });
    const { microphone, speaker, volume, micVolume } = createChoices(storage).get();
    assert.deepEqual([microphone, speaker.deviceId, volume, micVolume], [{ deviceId: 'm1', label: 'headset' }, '', 0.5, 1]);
  });

  it('nonsense in the store, a full store or none at all do no harm', () => {
    for (const text of ['', 'x', 'null', '[]', '{"microphone":7,"volume":"loud","micVolume":99}']) {
      const { microphone, volume, micVolume } = createChoices(storageOf(text)).get();
      assert.deepEqual([microphone.deviceId, volume, micVolume], ['', 1, 1], text);
    }
    const full = { getItem: () => null, setItem: () => { throw new Error('full'); } };
    for (const storage of [full, null]) {
      const choices = createChoices(storage);
      choices.put({ volume: 0 });
      assert.equal(choices.get().volume, 0);
    }
  });

  it('a device is found by its id, or by its name when the browser has given it a new id', () => {
    const list = [{ deviceId: 'a', label: 'one' }, { deviceId: 'b', label: 'two' }, { deviceId: 'c', label: '' }];
    assert.equal(findChosen(list, { deviceId: 'b', label: 'one' }).deviceId, 'b');
    assert.equal(findChosen(list, { deviceId: 'old', label: 'two' }).deviceId, 'b');
    assert.equal(findChosen(list, { deviceId: 'old', label: '' }), undefined);
    assert.equal(findChosen(list, { deviceId: '', label: 'two' }), undefined);
  });
});
