/** picture.js: a camera that shows four known colours with a known tone, and what of them arrives at the other side. Layer: tests. */

/** Clockwise from the upper left; the two sides of a session are told apart by their order. */
export const AGENT_COLOURS = ['#ff0000', '#00ff00', '#0000ff', '#ffffff'];
export const VISITOR_COLOURS = ['#ffffff', '#0000ff', '#ff0000', '#00ff00'];
export const AGENT_HZ = 500;
export const VISITOR_HZ = 1000;

/** For evaluateOnNewDocument: getUserMedia with a picture gives this camera. A small square moves, so that no frame is like another. */
export function installCamera([colours, toneHz]) {
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  window.cameras = [];
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    if (!constraints.video) return open(constraints);
    const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 });
    const pen = canvas.getContext('2d');
    let n = 0;
    const draw = () => {
      colours.forEach((colour, i) => {
        pen.fillStyle = colour;
        pen.fillRect(i === 1 || i === 2 ? 160 : 0, i < 2 ? 0 : 120, 160, 120);
      });
      pen.fillStyle = '#000000';
      n += 1;
      pen.fillRect((n * 4) % 312, 116, 8, 8);
    };
    draw();
    setInterval(draw, 50);
    const stream = canvas.captureStream(20);
    if (constraints.audio) {
      const context = new AudioContext();
      const tone = new OscillatorNode(context, { frequency: toneHz });
      const sink = context.createMediaStreamDestination();
      tone.connect(sink);
      tone.start();
      stream.addTrack(sink.stream.getAudioTracks()[0]);
    }
    window.cameras.push(stream);
    return stream;
  };
}

/** In the page: shows the remote stream and says what it looks and sounds like now: {colours: [[r, g, b] x 4], hz, frames}, or null. */
export async function look(streamsName) {
  const streams = await (0, eval)(streamsName); // eslint-disable-line no-eval
  if (!streams?.remote || !streams.remote.getVideoTracks().length) return null;
  if (window.shown?.srcObject !== streams.remote) {
    window.shown?.remove();
    window.shown = Object.assign(document.createElement('video'), { autoplay: true, playsInline: true });
    window.shown.srcObject = streams.remote;
    document.body.append(window.shown);
    window.ear?.close();
    window.ear = new AudioContext();
    window.analyser = new AnalyserNode(window.ear, { fftSize: 4096 });
    window.ear.createMediaStreamSource(streams.remote).connect(window.analyser);
    await window.shown.play().catch(() => {});
  }
  const video = window.shown;
  if (!video.videoWidth) return null;
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  const pen = canvas.getContext('2d');
  pen.drawImage(video, 0, 0);
  const at = (x, y) => [...pen.getImageData(Math.floor(x * video.videoWidth), Math.floor(y * video.videoHeight), 1, 1).data].slice(0, 3);
  const bins = new Float32Array(window.analyser.frequencyBinCount);
  window.analyser.getFloatFrequencyData(bins);
  const top = bins.reduce((best, value, i) => (i > 5 && value > bins[best] ? i : best), 6);
  return {
    colours: [at(0.25, 0.25), at(0.75, 0.25), at(0.75, 0.75), at(0.25, 0.75)],
    hz: bins[top] > -70 ? top * window.ear.sampleRate / 4096 : 0,
    frames: video.getVideoPlaybackQuality().totalVideoFrames,
  };
}

const rgb = (colour) => [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));

/** Whether the picture is the one with these colours: a codec at low rates moves them a little. */
export const shows = (seen, colours) => colours.every((colour, i) => rgb(colour).every((value, k) => Math.abs(value - seen.colours[i][k]) < 60));
export const isBlack = (seen) => seen.colours.every((colour) => colour.every((value) => value < 40));
export const sounds = (seen, hz) => Math.abs(seen.hz - hz) < 40;
