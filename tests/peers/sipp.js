/** sipp.js: one-purpose SIP peers for exact answers and many calls: Debian's sipp with scenarios made here. Layer: tests. */
import fs from 'node:fs';
import path from 'node:path';
import { Process, freePort, scratch } from './process.js';

const PCAP_PCMA = '/usr/share/sip-tester/g711a.pcap'; // 8 s of G.711 A-law, comes with sipp

const head = (name) => `<?xml version="1.0" encoding="ISO-8859-1"?>\n<scenario name="${name}">\n`;
const send = (text, attributes = '') => `<send ${attributes}><![CDATA[\n\n${text}\n\n]]></send>\n`;
const body = ({ payload = 8, codec = 'PCMA/8000', dtmf = 96, direction = 'sendrecv' } = {}) => `v=0
o=sipp 53655765 2353687637 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [media_port] RTP/AVP ${payload} ${dtmf}
a=rtpmap:${payload} ${codec}
a=rtpmap:${dtmf} telephone-event/8000
a=fmtp:${dtmf} 0-15
a=ptime:20
a=${direction}`;

const answer = (status, { sdp = false, more = '' } = {}) => send(`SIP/2.0 ${status}
[last_Via:]
[last_From:]
[last_To:];tag=[pid]SIPpTag01[call_number]
[last_Call-ID:]
[last_CSeq:]
${more}Contact: <sip:[local_ip]:[local_port];transport=[transport]>
${sdp ? 'Content-Type: application/sdp\nContent-Length: [len]\n\n' + body() : 'Content-Length: 0'}`);

const echoOk = send(`SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0`);

/** Scenarios of a telephone that is called. */
export const called = {
  /** Refuses at once, e.g. '486 Busy Here'; ringing: says 180 first. */
  refuses: (status, { ringing = false } = {}) => `${head('refuses')}<recv request="INVITE"/>\n${ringing ? answer('180 Ringing') : ''}${answer(status)}<recv request="ACK"/>\n</scenario>`,

  /** Rings until the caller cancels. */
  ringsUntilCancelled: () => `${head('rings')}<recv request="INVITE"/>\n${answer('180 Ringing')}<recv request="CANCEL"/>\n${echoOk}${send(`SIP/2.0 487 Request Terminated
[last_Via:]
[last_From:]
[last_To:];tag=[pid]SIPpTag01[call_number]
[last_Call-ID:]
CSeq: 1 INVITE
Content-Length: 0`)}<recv request="ACK"/>\n</scenario>`,

  /** Answers and waits for the other side's BYE, or hangs up itself after hangUpAfterMs. */
  answers: ({ hangUpAfterMs = 0 } = {}) => `${head('answers')}<recv request="INVITE" rrs="true"/>\n${answer('180 Ringing')}${answer('200 OK', { sdp: true })}<recv request="ACK"/>\n`
    + `${hangUpAfterMs ? `<pause milliseconds="${hangUpAfterMs}"/>\n` : ''}<recv request="BYE"/>\n${echoOk}</scenario>`,
};

const invite = (sdp, extra = '') => send(`INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: sipp <sip:[field0]@[local_ip]>;tag=[pid]SIPpTag09[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: [cseq] INVITE
Contact: <sip:[field0]@[local_ip]:[local_port];transport=[transport]>
Max-Forwards: 70
${extra}Content-Type: application/sdp
Content-Length: [len]

${body(sdp)}`, 'retrans="500"');

const provisional = '<recv response="100" optional="true"/>\n<recv response="180" optional="true"/>\n<recv response="183" optional="true"/>\n';

const ack = send(`ACK [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: sipp <sip:[field0]@[local_ip]>;tag=[pid]SIPpTag09[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0`);

const byeUrl = send(`BYE [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: sipp <sip:[field0]@[local_ip]>;tag=[pid]SIPpTag09[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 2 BYE
Max-Forwards: 70
Content-Length: 0`, 'retrans="500"') + '<recv response="200"/>\n';

/** Acknowledges a final response that is no 200. */
const ackRefusal = send(`ACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0`);

/** Gives a call up, to its end. */
const cancel = `${send(`CANCEL sip:[service]@[remote_ip]:[remote_port] SIP/2.0
[last_Via:]
[last_From:]
To: <sip:[service]@[remote_ip]:[remote_port]>
[last_Call-ID:]
CSeq: 1 CANCEL
Max-Forwards: 70
Content-Length: 0`, 'retrans="500"')}<recv response="200"/>\n<recv response="487"/>\n${ackRefusal}`;

/** Scenarios of a telephone that calls. */
export const calling = {
  /** Calls, is answered, speaks (pcap) and sends digits, hangs up after talkMs. */
  talks: ({ talkMs = 1000, digits = '', speaks = false } = {}) => `${head('talks')}${invite()}${provisional}<recv response="200" rrs="true" rtd="true"/>\n${ack}`
    + (speaks ? `<nop><action><exec play_pcap_audio="${PCAP_PCMA}"/></action></nop>\n` : '')
    + (digits ? `<nop><action><exec play_dtmf="${digits}"/></action></nop>\n` : '')
    + `<pause milliseconds="${talkMs}"/>\n${byeUrl}</scenario>`,

  /** Calls and gives up while it rings. */
  cancels: ({ afterMs = 500 } = {}) => `${head('cancels')}${invite()}<recv response="100" optional="true"/>\n<recv response="180"/>\n<pause milliseconds="${afterMs}"/>\n${cancel}</scenario>`,

  /** Calls, is answered and waits until the other side hangs up. digits: keys that it presses, one after each pause of its list. */
  isHungUp: ({ digits = [], speaks = false } = {}) => `${head('is hung up')}${invite()}${provisional}<recv response="200" rrs="true" rtd="true"/>\n${ack}`
    + (speaks ? `<nop><action><exec play_pcap_audio="${PCAP_PCMA}"/></action></nop>\n` : '')
    + digits.map(({ afterMs, key }) => `<pause milliseconds="${afterMs}"/>\n<nop><action><exec play_dtmf="${key}"/></action></nop>\n`).join('')
    + `<recv request="BYE"/>\n${echoOk}</scenario>`,

  /** Calls, is answered and hangs up after afterMs, unless the other side does so before; the two may cross. */
  leaves: ({ afterMs, digits = '' }) => `${head('leaves')}${invite()}${provisional}<recv response="200" rrs="true" rtd="true"/>\n${ack}`
    + (digits ? `<nop><action><exec play_dtmf="${digits}"/></action></nop>\n` : '')
    + `<recv request="BYE" timeout="${afterMs}" ontimeout="leave"/>\n${echoOk.replace('<send ', '<send next="end" ')}<label id="leave"/>\n`
    + byeUrl.replace('<recv response="200"/>', '<recv request="BYE" optional="true"/>\n<recv response="481" optional="true" next="end"/>\n<recv response="200"/>')
    + '<label id="end"/>\n</scenario>',

  /** Calls and gives up afterMs after it was told that it waits (183). */
  givesUp: ({ afterMs = 500 } = {}) => `${head('gives up')}${invite()}<recv response="100" optional="true"/>\n<recv response="183"/>\n<pause milliseconds="${afterMs}"/>\n${cancel}</scenario>`,

  /** Expects to be refused with this status code. */
  isRefused: (code) => `${head('is refused')}${invite()}${provisional}<recv response="${code}"/>\n${ackRefusal}</scenario>`,
};

/** sipp waits 1 s / rate before its first call. */
const FIRST_AT_ONCE = 100;

export class Sipp {
  /** Options: scenario (XML), remote ('host:port', for calls), number called, from (caller, or a list: one a call), calls, rate (per second), limit. */
  static async start({ scenario, remote, number = '1000', from = '02012345678', calls = 1, rate = calls > 1 ? 1 : FIRST_AT_ONCE, limit = 10, port, host = '127.0.0.1', transport = 'u1', more = [] }) {
    const dir = scratch('sipp');
    const local = port || await freePort();
    const media = 2 * Math.ceil((await freePort()) / 2);
    fs.writeFileSync(path.join(dir, 'scenario.xml'), scenario);
    fs.writeFileSync(path.join(dir, 'fields.csv'), `SEQUENTIAL\n${[from].flat().map((one) => `${one};\n`).join('')}`);
    const args = [
      ...(remote ? [remote] : []), '-sf', path.join(dir, 'scenario.xml'), '-inf', path.join(dir, 'fields.csv'), '-s', number,
      '-i', host, '-p', String(local), '-mi', host, '-mp', String(media), '-t', transport,
      '-m', String(calls), '-r', String(rate), '-l', String(limit), '-nostdin',
      '-trace_err', '-error_file', path.join(dir, 'errors.log'), '-trace_stat', '-stf', path.join(dir, 'stat.csv'), '-fd', '1',
      '-trace_msg', '-message_file', path.join(dir, 'messages.log'), ...more,
    ];
    if (calls > 20) args.splice(args.indexOf('-trace_msg'), 3);
    return new Sipp({ dir, port: local, host, args });
  }

  constructor({ dir, port, host, args }) {
    this.dir = dir;
    this.port = port;
    this.host = host;
    this.process = new Process('sipp', 'sipp', args, { cwd: dir, env: { ...process.env, TERM: 'dumb' } });
  }

  /** What was sent and received, as text. */
  messages() {
    const file = path.join(this.dir, 'messages.log');
    return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
  }

  /** The last line of statistics as an object of numbers. */
  stats() {
    const lines = fs.readFileSync(path.join(this.dir, 'stat.csv'), 'utf8').trim().split('\n');
    const names = lines[0].split(';');
    const values = lines[lines.length - 1].split(';');
    return Object.fromEntries(names.map((name, i) => [name, Number(values[i])]));
  }

  /** Waits for the end of the scenario; fails when it did not go as written. */
  async done(deadlineMs = 30000) {
    const exit = await this.process.waitExit(deadlineMs);
    if (exit.code === 0) return;
    const errors = path.join(this.dir, 'errors.log');
    throw this.process.failure(`exit ${exit.code}\n${fs.existsSync(errors) ? fs.readFileSync(errors, 'utf8') : ''}\n${this.messages().slice(-4000)}`);
  }

  stop() { return this.process.stop('SIGKILL'); }
}
