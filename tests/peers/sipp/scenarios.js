/** scenarios.js: sipp scenarios for the finer points of SIP: PRACK, UPDATE, hold, races, digest, offers in odd places. Layer: tests. */

const scenario = (name, steps) => `<?xml version="1.0" encoding="ISO-8859-1"?>\n<scenario name="${name}">\n${steps.join('\n')}\n</scenario>\n`;
const send = (text, attributes = '') => `<send ${attributes}><![CDATA[\n\n${text}\n\n]]></send>`;
const recv = (what, attributes = '') => `<recv ${what} ${attributes}/>`;
const pause = (ms) => `<pause milliseconds="${ms}"/>`;

export const sdp = (direction = 'sendrecv') => `v=0
o=sipp 53655765 2353687637 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 8 96
a=rtpmap:8 PCMA/8000
a=rtpmap:96 telephone-event/8000
a=ptime:20
a=${direction}`;

const withBody = (text) => (text ? `Content-Type: application/sdp\nContent-Length: [len]\n\n${text}` : 'Content-Length: 0');

/** A response to the last request. tagged: ours is the tag of To. */
const respond = (status, { body = '', more = '', tagged = true } = {}) => send(`SIP/2.0 ${status}
[last_Via:]
[last_From:]
[last_To:]${tagged ? ';tag=[pid]SIPpTag01[call_number]' : ''}
[last_Call-ID:]
[last_CSeq:]
${more}Contact: <sip:[local_ip]:[local_port];transport=[transport]>
${withBody(body)}`);

/** A response to the INVITE when other requests came after it. */
const respondInvite = (status, { body = '', more = '' } = {}) => send(`SIP/2.0 ${status}
Via:[$via]
From:[$from]
To:[$to];tag=[pid]SIPpTag01[call_number]
[last_Call-ID:]
CSeq:[$cseq]
${more}Contact: <sip:[local_ip]:[local_port];transport=[transport]>
${withBody(body)}`);

const keepInvite = `<recv request="INVITE"><action>
<ereg regexp=".*" search_in="hdr" header="Via:" check_it="true" assign_to="via"/>
<ereg regexp=".*" search_in="hdr" header="From:" check_it="true" assign_to="from"/>
<ereg regexp=".*" search_in="hdr" header="To:" check_it="true" assign_to="to"/>
<ereg regexp=".*" search_in="hdr" header="CSeq:" check_it="true" assign_to="cseq"/>
<ereg regexp="sip:[^&gt;]*" search_in="hdr" header="Contact:" check_it="true" assign_to="target"/>
</action></recv>`;

/** A request of the called side inside the dialog; From and To change places. */
const requestBack = (method, cseq, { body = '', more = '' } = {}) => send(`${method} [$target] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:[service]@[local_ip]:[local_port]>;tag=[pid]SIPpTag01[call_number]
To:[$from]
[last_Call-ID:]
CSeq: ${cseq} ${method}
Contact: <sip:[local_ip]:[local_port];transport=[transport]>
Max-Forwards: 70
${more}${withBody(body)}`, method === 'ACK' ? '' : 'retrans="500"');

const okBye = [recv('request="BYE"'), respond('200 OK', { tagged: false })];

/** Scenarios of a telephone that is called. */
export const called = {
  /** 183 with media, reliably; the PRACK must name it; then 200 without SDP (the answer was in the 183). */
  wantsPrack: () => scenario('wants PRACK', [
    keepInvite,
    respondInvite('183 Session Progress', { body: sdp(), more: 'Require: 100rel\nRSeq: 4711\n' }),
    `<recv request="PRACK"><action><ereg regexp="4711 [0-9]+ INVITE" search_in="hdr" header="RAck:" check_it="true" assign_to="rack"/></action></recv>`,
    respond('200 OK', { tagged: false }),
    respondInvite('200 OK'),
    recv('request="ACK"'), ...okBye, '<Reference variables="rack,target"/>',
  ]),

  /** The answer and the CANCEL cross: the 200 comes after the CANCEL was confirmed. */
  answersWhileCancelled: () => scenario('200 crosses CANCEL', [
    keepInvite, respondInvite('180 Ringing'),
    recv('request="CANCEL"'), respond('200 OK', { tagged: false }),
    respondInvite('200 OK', { body: sdp() }),
    recv('request="ACK"'), ...okBye, '<Reference variables="target"/>',
  ]),

  /** Sends its 200 again, as if the ACK had been lost: each gets an ACK. */
  losesAck: () => scenario('lost ACK', [
    keepInvite, respondInvite('200 OK', { body: sdp() }), recv('request="ACK"'),
    respondInvite('200 OK', { body: sdp() }), recv('request="ACK"'), ...okBye, '<Reference variables="target"/>',
  ]),

  /** Answers, puts us on hold by re-INVITE, takes us back by UPDATE, then waits for our BYE. */
  holds: () => scenario('holds', [
    keepInvite, respondInvite('200 OK', { body: sdp() }), recv('request="ACK"'),
    requestBack('INVITE', 1, { body: sdp('sendonly') }),
    `<recv response="200"><action><ereg regexp="a=recvonly" search_in="body" check_it="true" assign_to="direction"/></action></recv>`,
    requestBack('ACK', 1),
    pause(200),
    requestBack('UPDATE', 2, { body: sdp('sendrecv') }),
    `<recv response="200"><action><ereg regexp="a=sendrecv" search_in="body" check_it="true" assign_to="direction"/></action></recv>`,
    ...okBye, '<Reference variables="direction"/>',
  ]),

  /** Refuses a session interval that is too short with 422, then takes the longer one. */
  wantsLongerSession: () => scenario('422', [
    recv('request="INVITE"'),
    respond('422 Session Interval Too Small', { more: 'Min-SE: 3600\n' }),
    recv('request="ACK"'),
    `<recv request="INVITE"><action><ereg regexp="3600" search_in="hdr" header="Session-Expires:" check_it="true" assign_to="seconds"/></action></recv>`,
    respond('200 OK', { body: sdp(), more: 'Require: timer\nSession-Expires: 3600;refresher=uas\n' }),
    recv('request="ACK"'), ...okBye, '<Reference variables="seconds"/>',
  ]),

  /** Challenges; the second INVITE must carry the right response. */
  challenges: ({ user, password }) => scenario('digest', [
    recv('request="INVITE"'),
    respond('401 Unauthorized', { more: 'WWW-Authenticate: Digest realm="line", nonce="0123456789abcdef", algorithm=MD5, qop="auth"\n' }),
    recv('request="ACK"'),
    `<recv request="INVITE"><action><verifyauth assign_to="valid" username="${user}" password="${password}"/></action></recv>
<nop hide="true" test="valid" next="good"/>`,
    respond('403 Forbidden'), recv('request="ACK"', 'next="end"'),
    '<label id="good"/>', respond('200 OK', { body: sdp() }), recv('request="ACK"'), ...okBye, '<label id="end"/>',
  ]),
};

const fromTo = (toTag) => `From: sipp <sip:[field0]@[local_ip]>;tag=[pid]SIPpTag09[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>${toTag}`;

/** A request of the calling side. */
const request = (method, cseq, { uri = 'sip:[service]@[remote_ip]:[remote_port]', toTag = '', body = '', more = '', type = '' } = {}) => send(`${method} ${uri} SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
${fromTo(toTag)}
Call-ID: [call_id]
CSeq: ${cseq} ${method}
Contact: <sip:[field0]@[local_ip]:[local_port];transport=[transport]>
Max-Forwards: 70
${more}${type ? `Content-Type: ${type}\nContent-Length: [len]\n\n${body}` : withBody(body)}`, method === 'ACK' ? '' : 'retrans="500"');

const inDialog = { uri: '[next_url]', toTag: '[peer_tag_param]' };
const trying = [recv('response="100"', 'optional="true"'), recv('response="180"', 'optional="true"'), recv('response="183"', 'optional="true"')];
const hangUp = (cseq) => [request('BYE', cseq, inDialog), recv('response="200"')];

/** Scenarios of a telephone that calls. */
export const calling = {
  /** Takes reliable responses: the 183 with music gets its PRACK. */
  sendsPrack: () => scenario('sends PRACK', [
    request('INVITE', 1, { body: sdp(), more: 'Supported: 100rel\n' }),
    recv('response="100"', 'optional="true"'),
    `<recv response="183" rrs="true"><action><ereg regexp="[0-9]+" search_in="hdr" header="RSeq:" check_it="true" assign_to="rseq"/></action></recv>`,
    request('PRACK', 2, { ...inDialog, more: 'RAck: [$rseq] 1 INVITE\n' }),
    recv('response="200"'),
    recv('response="200"', 'rrs="true"'),
    request('ACK', 1, inDialog), ...hangUp(3),
  ]),

  /** Leaves the reliable 183 without its PRACK for a while: it must come again (sipp itself skips what is repeated). */
  latePrack: () => scenario('late PRACK', [
    request('INVITE', 1, { body: sdp(), more: 'Supported: 100rel\n' }),
    recv('response="100"', 'optional="true"'),
    `<recv response="183" rrs="true"><action><ereg regexp="[0-9]+" search_in="hdr" header="RSeq:" check_it="true" assign_to="rseq"/></action></recv>`,
    pause(1800),
    request('PRACK', 2, { ...inDialog, more: 'RAck: [$rseq] 1 INVITE\n' }),
    recv('response="200"'),
    recv('response="200"', 'rrs="true"'),
    request('ACK', 1, inDialog), ...hangUp(3),
  ]),

  /** No SDP in the INVITE: the offer comes in the 200, the answer goes into the ACK. */
  delaysOffer: () => scenario('delayed offer', [
    request('INVITE', 1), ...trying,
    `<recv response="200" rrs="true"><action><ereg regexp="m=audio" search_in="body" check_it="true" assign_to="offer"/></action></recv>`,
    request('ACK', 1, { ...inDialog, body: sdp() }), pause(300), ...hangUp(2), '<Reference variables="offer"/>',
  ]),

  /** Sends no ACK for a while: the 200 must come again. */
  slowAck: () => scenario('slow ACK', [
    request('INVITE', 1, { body: sdp() }), ...trying,
    recv('response="200"', 'rrs="true"'), pause(2000),
    request('ACK', 1, inDialog), pause(200), ...hangUp(2),
  ]),

  /** In the call: a digit by INFO, a refresh with a session timer, one that is too short, OPTIONS, an unknown method. */
  talksInDialog: () => scenario('in dialog', [
    request('INVITE', 1, { body: sdp(), more: 'Supported: timer\nSession-Expires: 600;refresher=uac\n' }), ...trying,
    `<recv response="200" rrs="true"><action><ereg regexp="600;refresher=uac" search_in="hdr" header="Session-Expires:" check_it="true" assign_to="timer"/></action></recv>`,
    request('ACK', 1, inDialog),
    request('INFO', 2, { ...inDialog, type: 'application/dtmf-relay', body: 'Signal=5\nDuration=160' }), recv('response="200"'),
    request('UPDATE', 3, { ...inDialog, more: 'Supported: timer\nSession-Expires: 600;refresher=uac\n' }),
    `<recv response="200"><action><ereg regexp="600;refresher=uac" search_in="hdr" header="Session-Expires:" check_it="true" assign_to="timer"/></action></recv>`,
    request('UPDATE', 4, { ...inDialog, more: 'Supported: timer\nSession-Expires: 30\n' }),
    `<recv response="422"><action><ereg regexp="90" search_in="hdr" header="Min-SE:" check_it="true" assign_to="timer"/></action></recv>`,
    request('OPTIONS', 5, inDialog), recv('response="200"'),
    request('MESSAGE', 6, inDialog), recv('response="405"'),
    request('INVITE', 7, { ...inDialog, body: sdp().replace('8 96', '18').replace('a=rtpmap:8 PCMA/8000\n', 'a=rtpmap:18 G729/8000\n') }),
    recv('response="488"'), request('ACK', 7, inDialog),
    ...hangUp(8), '<Reference variables="timer"/>',
  ]),

  /** A desk phone: REGISTER with digest, then a call with digest. */
  registersAndCalls: ({ user, password }) => scenario('desk phone', [
    send(`REGISTER sip:[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:${user}@[remote_ip]>;tag=[pid]R
To: <sip:${user}@[remote_ip]>
Call-ID: [call_id]
CSeq: 1 REGISTER
Contact: <sip:${user}@[local_ip]:[local_port];transport=[transport]>
Max-Forwards: 70
Expires: 120
Content-Length: 0`, 'retrans="500"'),
    recv('response="401"', 'auth="true"'),
    send(`REGISTER sip:[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:${user}@[remote_ip]>;tag=[pid]R
To: <sip:${user}@[remote_ip]>
Call-ID: [call_id]
CSeq: 2 REGISTER
Contact: <sip:${user}@[local_ip]:[local_port];transport=[transport]>
[authentication username=${user} password=${password}]
Max-Forwards: 70
Expires: 120
Content-Length: 0`, 'retrans="500"'),
    `<recv response="200"><action><ereg regexp="expires=1[12][0-9]" search_in="hdr" header="Contact:" check_it="true" assign_to="kept"/></action></recv>`,
    request('INVITE', 3, { body: sdp() }), recv('response="100"', 'optional="true"'),
    recv('response="401"', 'auth="true"'), request('ACK', 3, { toTag: '[peer_tag_param]' }),
    send(`INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
${fromTo('')}
Call-ID: [call_id]
CSeq: 4 INVITE
Contact: <sip:[field0]@[local_ip]:[local_port];transport=[transport]>
[authentication username=${user} password=${password}]
Max-Forwards: 70
${withBody(sdp())}`, 'retrans="500"'),
    ...trying, recv('response="200"', 'rrs="true"'), request('ACK', 4, inDialog), ...hangUp(5), '<Reference variables="kept"/>',
  ]),

  /** A desk phone with a wrong password. */
  registersWrongly: ({ user, password }) => scenario('wrong password', [
    send(`REGISTER sip:[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:${user}@[remote_ip]>;tag=[pid]R
To: <sip:${user}@[remote_ip]>
Call-ID: [call_id]
CSeq: 1 REGISTER
Contact: <sip:${user}@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Length: 0`, 'retrans="500"'),
    recv('response="401"', 'auth="true"'),
    send(`REGISTER sip:[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:${user}@[remote_ip]>;tag=[pid]R
To: <sip:${user}@[remote_ip]>
Call-ID: [call_id]
CSeq: 2 REGISTER
Contact: <sip:${user}@[local_ip]:[local_port]>
[authentication username=${user} password=${password}]
Max-Forwards: 70
Content-Length: 0`, 'retrans="500"'),
    recv('response="403"'),
  ]),
};
