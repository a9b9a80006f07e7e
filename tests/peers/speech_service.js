// speech_service.js: a small real HTTP speech service. What the text begins with says how it behaves. Layer: tests.
// Prints its port and ends with its input. GET /asked: how often it was asked, as JSON.
import http from 'node:http';
import { spawn } from 'node:child_process';

let asked = 0;

function speak(text, voice, response) {
    const espeak = spawn('espeak-ng', ['-v', voice, '--stdin', '--stdout']);
    response.writeHead(200, { 'content-type': 'audio/wav' });
    espeak.stdout.pipe(response);
    espeak.stdin.end(text);
}

function flood(response) {
    const block = Buffer.alloc(1 << 20);
    const more = () => { while (!response.destroyed && response.write(block)); };
    response.writeHead(200);
    response.on('drain', more);
    more();
}

const behaviours = {
    refuse: (response) => response.writeHead(500).end('no'),
    nothing: (response) => response.writeHead(200).end(),
    garbage: (response) => response.writeHead(200).end('<html>this is no sound</html>'),
    elsewhere: (response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
    stall: () => {},
    drip: (response) => { response.writeHead(200); response.write('RIFF'); },
    close: (response) => response.socket.destroy(),
    half: (response) => { response.writeHead(200, { 'content-length': 5000 }); response.write('RIFF', () => response.socket.destroy()); },
    flood,
};

const server = http.createServer((request, response) => {
    if (request.method === 'GET') {
        response.end(JSON.stringify({ asked }));
        return;
    }
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (piece) => { body += piece; });
    request.on('end', () => {
        asked += 1;
        const { text, voice } = JSON.parse(body);
        const behaviour = behaviours[text.split(' ')[0]];
        if (request.headers['content-type'] !== 'application/json') response.writeHead(415).end();
        else if (behaviour) behaviour(response);
        else speak(text, voice, response);
    });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.on('end', () => process.exit(0)).resume();
