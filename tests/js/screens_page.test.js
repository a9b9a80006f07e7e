/** screens_page.test.js: the screens and the page around them: accessibility, hostile styles, embedding, policies, direction. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SCREENS, useScreens } from './screens_tab.js';
import { until } from './wait.js';

const axe = readFileSync(fileURLToPath(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url)), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const LOOKS = ['?lang=en&theme=light', '?lang=zh-CN&theme=dark'];

/** Of the element and everything in it: what a rule of the page could change. */
const looksOf = (tab) => tab.tab.evaluate(() => {
  const shadow = document.querySelector('t3c-sdk').shadowRoot;
  return [document.querySelector('t3c-sdk'), ...shadow.querySelectorAll('*')].map((one) => {
    const { fontSize, fontFamily, display, position, color, backgroundColor, opacity, visibility, cursor, textTransform, pointerEvents } = getComputedStyle(one);
    const { width, height, x, y } = one.getBoundingClientRect();
    return JSON.stringify([one.localName, fontSize, fontFamily, display, position, color, backgroundColor, opacity, visibility, cursor, textTransform, pointerEvents, ...[width, height, x, y].map(Math.round)]);
  });
});

const HOSTILE = `* { all: unset !important; font-size: 40px !important }
  *, t3c-sdk, #tcccSdkDomRoot, body > * { display: none !important; color: red !important; background: lime !important; transform: scale(2) !important;
    opacity: .1 !important; visibility: hidden !important; pointer-events: none !important; text-transform: uppercase !important; font: 40px serif !important;
    --face: red !important; --ink: red !important; position: static !important; filter: invert(1) !important; zoom: 2 !important }
  html, body { display: block !important; transform: none !important; visibility: visible !important; opacity: 1 !important; filter: none !important; zoom: 1 !important }`;

describe('screens in their page', () => {
  const open = useScreens();
  let tab;

  describe('axe finds nothing', () => {
    Object.entries(SCREENS).forEach(([name, prepare], i) => {
      it(name, async () => {
        tab = await open(LOOKS[i % 2]);
        await tab.ready();
        await prepare(tab);
        await tab.tab.evaluate(axe);
        for (const query of [LOOKS[i % 2], LOOKS[(i + 1) % 2]]) {
          const [lang, theme] = [/lang=([a-z]+)/.exec(query)[1], /theme=(\w+)/.exec(query)[1]];
          await tab.tab.evaluate(([one, two]) => window.screens.settings.update({ lang: one, theme: two }), [lang, theme]);
          const rules = query === LOOKS[i % 2] ? RULES : ['color-contrast']; /* the other look differs in its colours */
          const found = await tab.tab.evaluate((runOnly) => window.axe.run('t3c-sdk', { runOnly, resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary.slice(0, 300)}`).join('\n    ')}`)), rules);
          assert.deepEqual(found, [], `${name} ${query}`);
        }
      });
    });
  });

  it('under the mouse every button can be read, pressed, open or not (WCAG 1.4.11)', async () => {
    const contrast = (one) => {
      const pen = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
      const light = (colour) => {
        pen.fillStyle = colour;
        pen.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...pen.getImageData(0, 0, 1, 1).data].map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      let at = one;
      const clear = (node) => /^(transparent|rgba\(.*, 0\))$/.test(getComputedStyle(node).backgroundColor);
      while (at.parentElement && clear(at)) at = at.parentElement;
      const [a, b] = [light(getComputedStyle(one).color), light(getComputedStyle(at).backgroundColor)].sort();
      return (b + 0.05) / (a + 0.05);
    };
    for (const name of ['a call, a chat and a video come in', 'transfer to a group', 'a held and muted call, and troubles', 'workbench with running calls', 'workbench with a chat']) {
      tab = await open('?lang=en&theme=light');
      await tab.ready();
      await SCREENS[name](tab);
      if (name.includes('running')) await tab.run('act.step', 'monitor', { sessionId: 'r1', isWhispering: true });
      if (name === 'workbench with a chat') await tab.page.getByRole('textbox', { name: 'Write a message' }).fill('a');
      for (const button of await tab.page.locator('t3c-sdk button:is(.round, .button):not([disabled])').all()) {
        if (!await button.isVisible()) continue;
        await button.hover({ force: true });
        const found = await button.evaluate(contrast);
        assert.ok(found >= 3, `${name}: ${await button.evaluate((one) => one.outerHTML.slice(0, 120))} ${found.toFixed(2)}`);
      }
    }
  });

  it('in a page of 320 pixels nothing is cut off (WCAG 1.4.10), and every target is at least 24 pixels wide and high (2.5.8)', async () => {
    for (const name of Object.keys(SCREENS).filter((one) => one !== 'embedded')) {
      tab = await open('?lang=en');
      await tab.page.setViewportSize({ width: 320, height: 640 });
      await tab.ready();
      await SCREENS[name](tab);
      const outside = await tab.tab.evaluate(() => [...document.querySelector('t3c-sdk').shadowRoot.querySelectorAll('button, input, select')]
        .filter((one) => one.checkVisibility() && !one.closest('.spoken') && !one.matches('.spoken'))
        .filter((one) => { const { left, right } = one.getBoundingClientRect(); return left < -1 || right > innerWidth + 1 || one.scrollWidth > one.clientWidth + 12; }).map((one) => one.outerHTML.slice(0, 100)));
      assert.deepEqual(outside, [], name);
      const small = await tab.tab.evaluate(() => [...document.querySelector('t3c-sdk').shadowRoot.querySelectorAll('button:not(.link), select, textarea, label')]
        .filter((one) => one.checkVisibility()).map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
        .filter(([, { width, height }]) => width < 24 || height < 24).map(([html]) => html));
      assert.deepEqual(small, [], name);
    }
    await tab.page.setViewportSize({ width: 1280, height: 720 });
  });

  for (const name of ['a call', 'transfer to a group', 'workbench with a chat', 'embedded']) {
    it(`the page's hostile styles change nothing: ${name}`, async () => {
      tab = await open();
      await SCREENS[name](tab);
      await tab.page.evaluate(() => { window.screens.app.tick = () => {}; });
      const embedded = name === 'embedded' ? '#place { display: block !important; width: 760px !important; height: 480px !important; position: fixed !important; top: 0 !important; left: 0 !important; transform: none !important; visibility: visible !important; opacity: 1 !important; filter: none !important; zoom: 1 !important } main { display: block !important; transform: none !important; opacity: 1 !important; visibility: visible !important; filter: none !important; zoom: 1 !important }' : '';
      const put = (css) => tab.tab.evaluate((text) => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(text);
        document.adoptedStyleSheets = [sheet];
      }, css);
      await put(`t3c-sdk { animation: none } ${embedded}`);
      const before = await looksOf(tab);
      await put(HOSTILE + embedded);
      assert.deepEqual(await looksOf(tab), before);
    });
  }

  it('and none of ours leaks into the page', async () => {
    tab = await open();
    const look = () => tab.tab.evaluate(() => [document.documentElement, document.body, ...document.querySelectorAll('main *')].map((one) => {
      const style = getComputedStyle(one);
      return [...style].map((name) => style.getPropertyValue(name)).join('|');
    }));
    const sheets = () => tab.tab.evaluate(() => [document.styleSheets.length, document.adoptedStyleSheets.length, document.querySelectorAll('style, link, [style]').length]);
    const [before, sheetsBefore] = [await look(), await sheets()];
    await SCREENS['workbench with a chat'](tab);
    assert.deepEqual(await look(), before);
    assert.deepEqual(await sheets(), sheetsBefore);
    assert.deepEqual(await tab.tab.evaluate(() => [...document.body.children].map((one) => one.localName)), ['main', 'script', 't3c-sdk']);
  });

  it('SDK-013 SDK-014 the embedded workbench fills its element of 760 by 480 pixels and has no float button', async () => {
    tab = await open();
    await tab.tab.evaluate(() => Object.assign(document.getElementById('place').style, { width: '760px', height: '480px' }));
    await SCREENS.embedded(tab);
    const { bench, place, float, cut } = await tab.tab.evaluate(() => {
      const shadow = document.querySelector('t3c-sdk').shadowRoot;
      const box = (one) => { const { x, y, width, height } = one.getBoundingClientRect(); return { x, y, width, height }; };
      const frame = shadow.querySelector('.bench').getBoundingClientRect();
      return {
        bench: box(shadow.querySelector('.bench')), place: box(document.getElementById('place')), float: shadow.querySelectorAll('.float').length,
        cut: [...shadow.querySelectorAll('.bench button, .bench textarea')].filter((one) => one.checkVisibility()).map((one) => one.getBoundingClientRect())
          .filter(({ left, right, top, bottom }) => left < frame.left || right > frame.right || top < frame.top || bottom > frame.bottom).length,
      };
    });
    assert.deepEqual(bench, place);
    assert.equal(float, 0);
    assert.equal(cut, 0);
    assert.ok(await tab.page.getByLabel('Answer').count() === 0 && await tab.page.getByRole('button', { name: 'Hang up' }).isVisible());
  });

  it('in a narrow element list and contact stand one after the other, and it follows when the element grows', async () => {
    tab = await open();
    const width = (pixels) => tab.tab.evaluate((one) => { document.getElementById('place').style.cssText = `width:${one}px;height:480px`; }, pixels);
    await width(360);
    await SCREENS.embedded(tab);
    assert.equal(await tab.page.locator('.bench.compact').count(), 1);
    assert.equal(await tab.page.locator('.list, .detail').count(), 1);
    await width(760);
    await tab.page.locator('.bench.wide').waitFor();
    assert.equal(await tab.page.locator('.list, .detail').count(), 2);
  });

  it('an element without a height gets 480 pixels', async () => {
    tab = await open();
    await SCREENS.embedded(tab);
    assert.equal(await tab.tab.evaluate(() => document.querySelector('t3c-sdk').getBoundingClientRect().height), 480);
  });

  it('SDK-181 the dial pad offers no choice of caller numbers, and dials with the number alone', async () => {
    tab = await open('?lang=en');
    await tab.ready();
    await SCREENS['workbench with the dial pad'](tab);
    const fields = await tab.tab.evaluate(() => [...document.querySelector('t3c-sdk').shadowRoot.querySelectorAll('.dialPane :is(input, select, textarea, [role])')]
      .map((one) => one.getAttribute('type') ?? one.getAttribute('role') ?? one.localName));
    assert.deepEqual(fields.filter((type) => !['group', 'alert'].includes(type)), ['tel']);
    await tab.page.locator('.dialPane').getByRole('button', { name: 'Call', exact: true }).click();
    assert.deepEqual(await tab.asked('Call.startOutboundCall'), [['Call.startOutboundCall', { phoneNumber: '9001' }]]);
  });

  it('SDK-183 no screen fetches, frames or leads to anything of others', async () => {
    const foreign = [];
    for (const [name, prepare] of Object.entries(SCREENS)) {
      tab = await open('?lang=en');
      const { origin } = new URL(tab.page.url());
      tab.page.on('request', (request) => { if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).origin !== origin) foreign.push(`${name}: ${request.url()}`); });
      await tab.ready();
      await prepare(tab);
      foreign.push(...await tab.tab.evaluate(() => [...document.querySelector('t3c-sdk').shadowRoot.querySelectorAll('iframe, object, embed, [src], [href]')]
        .filter((one) => /^(IFRAME|OBJECT|EMBED)$/i.test(one.localName) || new URL(one.src || one.href, location.href).origin !== location.origin)
        .map((one) => one.src || one.href || one.outerHTML)));
    }
    assert.deepEqual(foreign, ['https://cc.example/sdk/check.html'], 'but the check page that the event named');
  });

  it('in a page written from right to left the bar stands at the left and is mirrored', async () => {
    tab = await open();
    await tab.tab.evaluate(() => { document.documentElement.dir = 'rtl'; });
    await SCREENS['a call'](tab);
    const { card, face, mute, hangUp, width } = await tab.tab.evaluate(() => {
      const shadow = document.querySelector('t3c-sdk').shadowRoot;
      const x = (selector) => shadow.querySelector(selector).getBoundingClientRect().x;
      return { card: x('.card'), face: x('.card .face'), mute: x('.mute'), hangUp: x('.stop'), width: innerWidth };
    });
    assert.ok(card < width / 3 && face > card + 200 && hangUp < mute, `${card} ${face} ${mute} ${hangUp}`);
  });

  it('the colours follow the page where the agent chose none', async () => {
    tab = await open();
    const ground = () => tab.tab.evaluate(() => getComputedStyle(document.querySelector('t3c-sdk').shadowRoot.querySelector('.float')).backgroundColor);
    const light = await ground();
    await tab.tab.evaluate(() => { document.documentElement.style.colorScheme = 'dark'; });
    assert.notEqual(await ground(), light);
  });

  it('language and colours change at once, in every text', async () => {
    tab = await open('?lang=en');
    await tab.ready();
    await SCREENS['workbench with settings'](tab);
    await tab.page.getByRole('combobox', { name: 'Language' }).selectOption('zh');
    assert.match(await tab.text('.pane'), /设备检测/);
    await tab.page.getByRole('combobox', { name: '颜色' }).selectOption('dark');
    assert.equal(await tab.tab.evaluate(() => document.querySelector('t3c-sdk').shadowRoot.querySelector('.root').dataset.theme), 'dark');
  });

  it('under Trusted Types without any policy and without inline style nothing is violated and nothing thrown', async () => {
    tab = await open();
    await tab.tab.evaluate(() => {
      window.violations = [];
      document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => window.violations.push(`${violatedDirective} ${blockedURI}`));
    });
    for (const prepare of Object.values(SCREENS)) await prepare(tab).catch(() => {});
    await until(async () => (await tab.tab.evaluate(() => window.violations.length)) === 0, 'no violation');
    assert.deepEqual(tab.tab.errors, []);
  });
});
