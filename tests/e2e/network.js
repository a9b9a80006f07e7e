/** network.js: a centre whose ways may be made bad, for tests of calls on bad networks. Layer: tests. */
import { realAddress } from '../peers/process.js';
import { TcpShuttle, UdpShuttle } from '../peers/shuttle.js';
import { CUSTOMER, useCentre } from './centre.js';

/** before, after and afterEach of a file. `open` takes the promise of a shuttle and stops the shuttle after the test. */
export function useNetwork() {
  const centre = useCentre({ browser: 'chromium', change: { dataChannel: { host: realAddress() } } });
  const shuttles = [];
  afterEach(async () => { await Promise.all(shuttles.splice(0).map((one) => one.stop())); });

  const open = async (promise) => {
    const one = await promise;
    shuttles.push(one);
    return one;
  };

  async function callUp(options = {}, codec = 'PCMA', telephone = {}) {
    const phone = await centre().phone('udp', codec, telephone);
    const seat = await centre().seat(options);
    const sessionId = await seat.dial(CUSTOMER, { callerPhoneNumber: centre().number('udp') });
    await phone.waitEvent('CALL_ESTABLISHED');
    return { phone, seat, sessionId };
  }

  return {
    centre, open, callUp,
    udp: (options = {}) => open(UdpShuttle.start({ targetHost: realAddress(), targetPort: centre().tcccd.dcPort, host: realAddress(), ...options })),
    tcp: () => open(TcpShuttle.start({ targetPort: centre().tcccd.httpPort })),
  };
}
