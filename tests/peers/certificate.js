/** certificate.js: a key and certificate for everything on loopback that speaks TLS. Layer: tests. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { scratch } from './process.js';

/** Paths of PEM files: {key, cert, both}. */
export function certificate() {
  const dir = scratch('tls');
  const [key, cert, both] = ['key.pem', 'cert.pem', 'both.pem'].map((name) => path.join(dir, name));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert,
    '-subj', '/CN=127.0.0.3', '-addext', 'subjectAltName=IP:127.0.0.1,IP:127.0.0.2,IP:127.0.0.3'], { stdio: 'ignore' });
  fs.writeFileSync(both, fs.readFileSync(key, 'utf8') + fs.readFileSync(cert, 'utf8'));
  return { key, cert, both };
}
