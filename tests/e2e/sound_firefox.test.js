/** sound_firefox.test.js: both sides hear each other: Firefox. Layer: tests. */
import { itCancelsEcho } from './echo.js';
import { describeSound } from './sound.js';

describeSound('firefox', [
  { way: 'out', codec: 'opus', line: 'udp', path: 'data channel' },
  { way: 'in', codec: 'PCMA', line: 'udp', path: 'one WebSocket' },
  { way: 'out', codec: 'PCMA', line: 'tls', path: 'two WebSockets' },
], itCancelsEcho);
