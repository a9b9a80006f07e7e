/** recording.js: What a baresip speaks and hears, as its sndfile module writes it, with the wall-clock time of each sample. Layer: tests. */
import fs from 'node:fs';
import path from 'node:path';
import { EventEmitter } from 'node:events';
import * as wav from './wav.js';

const HEADER_BYTES = 44;

/**
 * A file grows by one packet's sound at a time. For each growth the wall clock gives an upper bound of the time of
 * sample 0; the least of these bounds is the file's start. What is spoken has been said when it is written:
 * seen - size / rate. What is heard begins to play when it is written: seen - (size before) / rate.
 */
class GrowingFile {
  constructor(file) {
    this.file = file;
    this.isHeard = file.endsWith('-dec.wav');
    this.startMs = Infinity;
    this.size = HEADER_BYTES;
    this.look();
  }

  look() {
    const now = Date.now();
    const size = fs.statSync(this.file).size;
    if (size <= this.size) return;
    if (!this.format) this.format = wav.readFormat(this.file);
    const { rate, channels } = this.format;
    const played = ((this.isHeard ? this.size : size) - HEADER_BYTES) / (2 * channels * rate);
    this.startMs = Math.min(this.startMs, now - 1000 * played);
    this.size = size;
  }

  /** What lay before is no longer told in time: a hold or a lost stretch makes the file shorter than the time it took. */
  retime() { this.startMs = Infinity; }

  read() {
    const sound = wav.read(this.file);
    return { ...sound, startMs: this.startMs };
  }
}

class Recording extends EventEmitter {
  constructor(dir) {
    super();
    this.dir = dir;
    this.files = [];
    this.watcher = fs.watch(dir, (kind, name) => { if (/^dump-.*\.wav$/.test(name || '')) this.changed(name); });
  }

  changed(name) {
    let one = this.files.find((file) => path.basename(file.file) === name);
    if (!one) {
      one = new GrowingFile(path.join(this.dir, name));
      this.files.push(one);
    } else {
      one.look();
    }
    this.emit('grown');
  }

  last(kind) { return this.files.filter((one) => one.file.endsWith(`-${kind}.wav`)).pop(); }

  /** Seconds of sound heard so far in the newest call. */
  heardSeconds() { return seconds(this.last('dec')); }
  spokenSeconds() { return seconds(this.last('enc')); }

  retime() { for (const one of this.files) one.retime(); }

  /** {rate, samples (mono), startMs} of the newest call; startMs holds for what came since the last retime. */
  heard() { return this.last('dec').read(); }
  spoken() { return this.last('enc').read(); }

  close() { this.watcher.close(); }
}

function seconds(file) {
  if (!file || !file.format) return 0;
  return (file.size - HEADER_BYTES) / (2 * file.format.channels * file.format.rate);
}

export { Recording };
