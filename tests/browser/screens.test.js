/** screens.test.js: the SDK's own screens with the real centre: by keyboard alone, under a strict policy, embedded. Layer: tests. */
import assert from 'node:assert/strict';
import { AGENTS, CUSTOMER, useCentre } from '../e2e/centre.js';
import { until } from '../peers/process.js';

const TABS_MAX = 25; // a screen with more stops than that would be a labour

describe('the SDK\'s own screens', function () {
  this.timeout(60000);
  const INSPECTOR = 'eve@tests.example';
  const centre = useCentre({ browser: 'chromium', instance: {
    agents: [...AGENTS.map((userId, i) => ({ userId, name: userId.split('@')[0], number: String(8001 + i) })), { userId: INSPECTOR, name: 'eve', number: '8009', role: 'inspector' }],
  } });

  /** A policy that allows what docs/ui.md says, and no more. */
  const policy = () => {
    const server = `http://127.0.0.1:${centre().tcccd.httpPort}`;
    return `default-src 'none'; script-src ${server} 'wasm-unsafe-eval' 'nonce-test'; worker-src blob:; connect-src ${server} ${server.replace('http', 'ws')}; `
      + "require-trusted-types-for 'script'; trusted-types tccc";
  };
  const seatOf = (attributes = '', more = {}) => centre().seat({ page: { csp: policy(), nonce: 'test', attributes }, ...more });
  const ui = (seat) => seat.tab.page.locator('t3c-sdk#tcccSdkDomRoot');
  const focused = (seat) => seat.tab.evaluate(() => {
    const one = document.getElementById('tcccSdkDomRoot').shadowRoot.activeElement;
    return one && (one.getAttribute('aria-label') ?? one.innerText.trim());
  });
  /** Presses Tab until the control of this name has the focus. */
  const tabTo = async (seat, name) => {
    const seen = [];
    for (let i = 0; i < TABS_MAX; i += 1) {
      seen.push(await focused(seat));
      if (seen[i] === name) return;
      await seat.tab.page.keyboard.press('Tab');
    }
    throw new Error(`${name} is not reached by Tab: ${seen.join(', ')}`);
  };
  const press = (seat, key) => seat.tab.page.keyboard.press(key);

  it('SDK-179 WB-052 a call is answered, muted, given digits and ended by keyboard alone, under a strict policy with Trusted Types', async () => {
    const seat = await seatOf();
    const phone = await centre().phone('udp');
    await seat.tab.until(() => tccc.Agent.getStatus() === 'free');
    phone.dial(centre().uri('udp'));
    const { sessionId } = await seat.next('callIn');
    await ui(seat).getByRole('button', { name: 'Answer' }).waitFor();
    await tabTo(seat, 'Answer');
    await press(seat, 'Enter');
    await seat.next('userAccessed');
    await phone.waitEvent('CALL_ESTABLISHED');
    await tabTo(seat, 'Mute');
    await press(seat, 'Space');
    await ui(seat).getByRole('button', { name: 'Unmute' }).waitFor();
    assert.equal((await seat.call('Call.isMicMuted', { sessionId })).data.isMicMuted, true);
    await tabTo(seat, 'Keypad');
    await press(seat, 'Enter');
    for (const key of '12#') await press(seat, key);
    const digits = () => phone.events.filter((one) => one.type === 'CALL_DTMF_START').map((one) => one.param).join('');
    await until(phone.process, 'control', () => digits().length >= 3, 'three digits');
    assert.equal(digits(), '12#');
    await press(seat, 'Escape');
    await tabTo(seat, 'Hang up');
    await press(seat, 'Enter');
    const { closeBy } = await seat.next('sessionEnded');
    assert.equal(closeBy, 'seat');
    await phone.waitEvent('CALL_CLOSED');
    await ui(seat).getByText('You hung up').first().waitFor();
    assert.deepEqual(seat.tab.errors, []);
    assert.deepEqual(seat.tab.consoleLines.filter((line) => /Content.Security.Policy|TrustedScript/i.test(line)), []);
  });

  it('WB-060 WB-066 WB-040 from the workbench an agent dials, sees colleagues with their states, hands the call over, and takes a break', async () => {
    const phone = await centre().phone('udp');
    const [first, second] = [await seatOf(), await seatOf('', { agent: AGENTS[1] })];
    await second.tab.until(() => tccc.Agent.getStatus() === 'free');
    const bench = ui(first);
    await bench.getByRole('button', { name: 'Open the workbench' }).click();
    await bench.getByRole('button', { name: 'Dial', exact: true }).click();
    await first.tab.page.keyboard.type(CUSTOMER);
    await press(first, 'Enter');
    const { sessionId } = await first.next('calloutAccepted');
    await phone.waitEvent('CALL_ESTABLISHED');
    await bench.getByRole('button', { name: 'Transfer' }).click();
    await bench.getByRole('tab', { name: 'Agents' }).click();
    const row = bench.locator('.pick', { hasText: (await second.call('Admin.getDirectory')).agents.find(({ userId }) => userId === AGENTS[1]).name });
    await row.getByText('Free').waitFor();
    await second.call('Agent.setStatus', { status: 'notReady' });
    await row.getByText('Not ready').waitFor();
    await row.getByRole('radio').check();
    await bench.locator('.inset').getByRole('button', { name: 'Transfer' }).click();
    await second.next('callIn');
    await ui(second).getByRole('button', { name: 'Answer' }).click();
    await second.next('userAccessed');
    assert.equal((await first.next('sessionEnded')).sessionId, sessionId);
    await ui(second).getByRole('button', { name: 'Hang up' }).click();
    await phone.waitEvent('CALL_CLOSED');
    await bench.getByRole('button', { name: 'Open the workbench' }).click();
    await bench.getByRole('button', { name: /^Status/ }).click();
    await bench.getByRole('menuitemradio', { name: /[Bb]reak/ }).first().click();
    await first.tab.until(() => tccc.Agent.getStatus() === 'rest');
  });

  it('consultation: an agent asks a colleague from the call bar, joins all three, and leaves them to each other', async () => {
    const phone = await centre().phone('udp');
    const [first, second] = [await seatOf(), await seatOf('', { agent: AGENTS[1] })];
    for (const seat of [first, second]) await seat.call('Agent.setStatus', { status: 'free' }); // the test before left them otherwise
    await first.dial(CUSTOMER, { callerPhoneNumber: centre().number('udp') });
    const [bar, other] = [ui(first), ui(second)];
    await bar.getByRole('button', { name: 'Transfer' }).click();
    await bar.getByRole('tab', { name: 'Agents' }).click();
    await bar.locator('.pick', { hasText: 'ben' }).getByRole('radio').check();
    await bar.getByRole('button', { name: 'Ask first' }).click();
    await bar.getByText('Asking ben').waitFor();
    await other.getByText('anna asks for advice').waitFor();
    await other.getByRole('button', { name: 'Answer' }).click();
    await bar.getByText('The customer waits with music').waitFor();
    await bar.getByRole('button', { name: 'Join all three' }).click();
    await bar.getByText('All three hear each other').waitFor();
    await bar.getByRole('button', { name: 'Leave the conference' }).click();
    await first.next('sessionEnded');
    await other.getByRole('button', { name: 'Hang up' }).click();
    await phone.waitEvent('CALL_CLOSED');
  });

  it('supervision: an inspector sees the running call, listens, whispers, stops, and ends it; an agent sees no such list', async () => {
    const phone = await centre().phone('udp');
    const [agent, inspector] = [await seatOf('data-show-work-bench-at-first-login="true"'), await seatOf('data-show-work-bench-at-first-login="true"', { agent: INSPECTOR })];
    await agent.dial(CUSTOMER, { callerPhoneNumber: centre().number('udp') });
    const bench = ui(inspector);
    await bench.getByRole('button', { name: 'Running calls' }).click();
    const row = bench.locator('.running', { hasText: 'anna' });
    await row.getByText('Talking').waitFor();
    await row.getByRole('button', { name: 'Listen' }).click();
    await row.getByText('You are listening').waitFor();
    await row.getByRole('button', { name: 'Whisper to the agent' }).click();
    await row.locator('[aria-pressed=true]').waitFor();
    await row.getByRole('button', { name: 'Stop listening' }).click();
    await row.getByRole('button', { name: 'Listen' }).waitFor();
    await row.getByRole('button', { name: 'End the call' }).click();
    await row.getByRole('button', { name: 'Yes' }).click();
    assert.equal((await agent.next('sessionEnded')).closeBy, 'admin');
    await phone.waitEvent('CALL_CLOSED');
    await bench.getByText('No calls are running').waitFor();
    assert.equal(await ui(agent).getByRole('button', { name: 'Running calls' }).count(), 0);
  });

  it('under a policy of nonces alone ui.js runs with the nonce of the SDK\'s own tag', async () => {
    const server = `http://127.0.0.1:${centre().tcccd.httpPort}`;
    const csp = `default-src 'none'; script-src 'nonce-test' 'wasm-unsafe-eval'; worker-src blob:; connect-src ${server} ${server.replace('http', 'ws')}`;
    const seat = await centre().seat({ page: { csp, nonce: 'test' } });
    await ui(seat).getByRole('button', { name: 'Open the workbench' }).waitFor();
  });

  it('SDK-013 SDK-014 data-render-dom-id: the workbench stands in the page\'s element; data-show-work-bench-at-first-login opens it otherwise', async () => {
    const seat = await seatOf('data-render-dom-id="desk" data-lang="zh"', { init: [() => {
      addEventListener('DOMContentLoaded', () => {
        const desk = document.body.appendChild(Object.assign(document.createElement('div'), { id: 'desk' }));
        Object.assign(desk.style, { width: '760px', height: '480px' });
      });
    }] });
    await ui(seat).getByRole('region', { name: '工作台', exact: true }).waitFor();
    assert.deepEqual(await seat.tab.evaluate(() => {
      const host = document.getElementById('tcccSdkDomRoot');
      return [host.parentElement.id, host.offsetWidth, host.offsetHeight, host.shadowRoot.querySelectorAll('.float').length];
    }), ['desk', 760, 480, 0]);
    const other = await seatOf('data-show-work-bench-at-first-login="true"', { agent: AGENTS[1] });
    await ui(other).getByRole('region', { name: 'Workbench', exact: true }).waitFor();
    await other.tab.reload();
    await other.next('ready');
    await ui(other).getByRole('button', { name: 'Open the workbench' }).waitFor();
  });
});
