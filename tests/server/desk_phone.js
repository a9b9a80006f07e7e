/** desk_phone.js: a telephone that only registers (RFC 3261 section 10, RFC 2617 digest), over UDP. Layer: tests. */
import crypto from 'node:crypto';
import dgram from 'node:dgram';
import { once } from 'node:events';

const md5 = (text) => crypto.createHash('md5').update(text).digest('hex');
const field = (challenge, name) => new RegExp(`${name}="?([^",]+)`).exec(challenge)?.[1];

/** The final status of a REGISTER at 127.0.0.1:port, authenticated with the password once challenged. */
export async function registers({ port, user, realm, password }) {
  const socket = dgram.createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const local = `127.0.0.1:${socket.address().port}`, uri = `sip:${realm}`, callId = crypto.randomUUID(), tag = crypto.randomUUID().slice(0, 8);
  let cseq = 0;
  const ask = async (more = '') => {
    cseq++;
    socket.send([
      `REGISTER ${uri} SIP/2.0`, `Via: SIP/2.0/UDP ${local};branch=z9hG4bK${crypto.randomUUID()};rport`, `From: <sip:${user}@${realm}>;tag=${tag}`, `To: <sip:${user}@${realm}>`,
      `Call-ID: ${callId}`, `CSeq: ${cseq} REGISTER`, `Contact: <sip:${user}@${local}>`, 'Expires: 300', 'Max-Forwards: 70', ...(more ? [more] : []), 'Content-Length: 0', '', '',
    ].join('\r\n'), port, '127.0.0.1');
    for (;;) {
      const [data] = await once(socket, 'message', { signal: AbortSignal.timeout(5000) });
      const text = String(data), status = Number(/^SIP\/2.0 (\d+)/.exec(text)?.[1]);
      if (status >= 200 && text.includes(`CSeq: ${cseq} REGISTER`)) return { status, text };
    }
  };
  try {
    const first = await ask();
    if (first.status !== 401) return first.status;
    const challenge = first.text.split('\r\n').find((line) => /^WWW-Authenticate:.*(MD5|nonce)/i.test(line) && !/SHA-256/i.test(line));
    const nonce = field(challenge, 'nonce'), cnonce = 'abcdef01', nc = '00000001';
    const response = md5([md5(`${user}:${field(challenge, 'realm')}:${password}`), nonce, nc, cnonce, 'auth', md5(`REGISTER:${uri}`)].join(':'));
    const second = await ask(`Authorization: Digest username="${user}", realm="${field(challenge, 'realm')}", nonce="${nonce}", uri="${uri}", qop=auth, nc=${nc}, cnonce="${cnonce}", response="${response}", algorithm=MD5`);
    return second.status;
  } finally {
    socket.close();
  }
}
