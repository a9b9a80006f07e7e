/** settings.test.js: what tccc.UI.updateUserCustomSettings keeps. Layer: tests. */
import assert from 'node:assert/strict';
import { load } from './source.js';

describe('settings that are kept', () => {
  let createUserSettings;
  let reads;
  const storageOf = (text) => {
    const kept = new Map([['tccc.settings', text]]);
    return { getItem: (key) => { reads += 1; return kept.get(key) ?? null; }, setItem: (key, value) => kept.set(key, value), kept };
  };

  before(async () => ({ createUserSettings } = await load('user_settings.js')));
  beforeEach(() => { reads = 0; });

  it('the storage, for which a page waits, is read when a setting is first wanted, and once', () => {
    const settings = createUserSettings(storageOf('{"lang":"zh"}'));
    assert.equal(reads, 0);
    assert.equal(settings.get().lang, 'zh');
    settings.get();
    assert.equal(reads, 1);
  });

  it('SDK-095 a change merges with what was kept, and listeners are told what was named', () => {
    const storage = storageOf('{"disableRingtone":true,"theme":"dark"}');
    const settings = createUserSettings(storage);
    const told = [];
    settings.subscribe((now, change) => told.push([now.theme, now.disableRingtone, change]));
    settings.update({ theme: 'light' });
    assert.deepEqual(told, [['light', true, { theme: 'light' }]]);
    assert.deepEqual(JSON.parse(storage.kept.get('tccc.settings')), { ...settings.get() });
  });

  it('nonsense in the store, a full store or none at all do no harm', () => {
    for (const text of ['', 'x', '7', 'null', '[]', '{"theme":"pink"}']) assert.equal(createUserSettings(storageOf(text)).get().theme, 'auto', text);
    const full = { getItem: () => null, setItem: () => { throw new Error('full'); } };
    for (const storage of [full, null]) {
      const settings = createUserSettings(storage);
      settings.update({ theme: 'dark' });
      assert.equal(settings.get().theme, 'dark');
    }
  });
});
