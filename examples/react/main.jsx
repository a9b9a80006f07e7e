/** main.jsx: a React page that telephones by the hook. Layer: examples. */
import { useState } from 'react';
import { createRoot } from 'react-dom/client';
import { useTccc } from 'libtccc/react';

const OPTIONS = { getSdkUrl: async () => (await (await fetch('/loginTCCC', { method: 'POST' })).json()).SdkURL };

function Calls() {
  const { tccc, calls } = useTccc();
  return (
    <ul id="calls">
      {calls.map(({ sessionId, number, state }) => (
        <li key={sessionId} data-state={state}>
          {number}: {state} {state !== 'ended' && <button type="button" onClick={() => tccc.Call.hungUp({ sessionId })}>Hang up</button>}
        </li>
      ))}
    </ul>
  );
}

function App() {
  const { tccc, isReady, status, error } = useTccc(OPTIONS);
  const [problem, setProblem] = useState('');
  const call = () => tccc.Call.startOutboundCall({ phoneNumber: '600' }).catch(({ errorMsg, remedy }) => setProblem(`${errorMsg} ${remedy}`));
  return (
    <>
      <h1>React</h1>
      <p id="state" role="status">{error ? error.message : isReady ? `Ready, ${status}.` : 'Signing in…'}</p>
      <button type="button" id="call" disabled={!isReady} onClick={call}>Call 600</button>
      <p id="problem" role="alert">{problem}</p>
      <Calls />
    </>
  );
}

createRoot(document.getElementById('app')).render(<App />);
