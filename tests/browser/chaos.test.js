/** chaos.test.js: a few runs of the tabs' chaos; `make chaos` makes 200 with ten tabs. Layer: tests. */
import { TabChaos } from '../chaos/tab_chaos.js';

const SEEDS = [1, 2];

describe('chaos of tabs', function () {
  this.timeout(60000);
  let chaos;

  before(async () => { chaos = await TabChaos.start({ tabs: 4 }); });
  after(() => chaos.stop());
  afterEach(async function tell() {
    if (this.currentTest.state === 'failed') console.log(`${chaos.story}\n${await chaos.group.tell()}`);
  });

  for (const seed of SEEDS) {
    it(`SDK-172 seed ${seed}: every tab tells what the server told, once and in order, and one microphone is heard`, () => chaos.run(seed));
  }
});
