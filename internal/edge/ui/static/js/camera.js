// Reads a QR code or a barcode by the camera of a phone. It is loaded where somebody asks for it, as a module:
// scan(video, { signal }) shows the picture in the video element and gives the text of the first code seen. It rejects with a CameraError, or with
// the signal's reason; however it ends, the camera is off then.
const formats = ['qr_code', 'ean_13', 'ean_8', 'upc_a', 'code_128', 'code_39', 'itf'];
const widest = 960; // of a picture that is looked into, in pixels: more is only slower
const pause = 50; // between two pictures, in ms, so that the page answers to touches

// code: camera-denied, camera-none, camera-insecure, camera-failed.
export class CameraError extends Error {
  constructor(code, cause) { super(code, { cause }); this.name = 'CameraError'; this.code = code; }
}

export async function scan(video, { signal } = {}) {
  signal?.throwIfAborted();
  const s = { video, over: false };
  const aborted = new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason), { once: true }));
  try {
    return await Promise.race([watch(s), aborted]);
  } catch (e) {
    throw e instanceof CameraError || signal?.aborted ? e : new CameraError('camera-failed', e);
  } finally {
    s.over = true;
    close(s);
  }
}

function close(s) {
  s.stream?.getTracks().forEach(t => t.stop());
  if (s.stream && s.video.srcObject === s.stream) s.video.srcObject = null;
}

async function watch(s) {
  const reading = reader();
  reading.catch(() => {}); // told below, unless the camera fails first
  s.stream = await open();
  if (s.over) return close(s); // it was asked for long, and nobody wants it now
  s.video.muted = s.video.playsInline = true; // or a phone shows it over the whole page
  s.video.srcObject = s.stream;
  await s.video.play();
  const read = await reading;
  for (let last; !s.over; await new Promise(next => setTimeout(next, pause))) {
    if (s.stream.getVideoTracks().every(t => t.readyState === 'ended')) throw new CameraError('camera-failed');
    const seen = await read(s.video);
    if (!seen?.text) continue;
    // Of a barcode, half seen, another may be read: it counts when it is read twice.
    if (seen.sure || seen.text === last) return seen.text;
    last = seen.text;
  }
}

async function open() {
  if (!window.isSecureContext) throw new CameraError('camera-insecure');
  if (!navigator.mediaDevices?.getUserMedia) throw new CameraError('camera-none');
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: { ideal: 'environment' }, width: { ideal: 1280 }, height: { ideal: 720 } } });
  } catch (e) {
    const code = { NotAllowedError: 'camera-denied', SecurityError: 'camera-denied', NotFoundError: 'camera-none', OverconstrainedError: 'camera-none' }[e.name];
    throw new CameraError(code ?? 'camera-failed', e);
  }
}

// reader gives what reads a picture: the browser's own where it knows all formats, else the library's.
async function reader() {
  const known = await window.BarcodeDetector?.getSupportedFormats().catch(() => []) ?? [];
  if (!formats.every(f => known.includes(f))) return library();
  const detector = new BarcodeDetector({ formats });
  let instead;
  return async video => {
    if (instead) return instead(video);
    try {
      const [found] = await detector.detect(video);
      return found && { text: found.rawValue, sure: found.format === 'qr_code' };
    } catch { // a phone may have the interface without the service behind it
      instead = await library();
    }
  };
}

async function library() {
  const z = await import('../vendor/zxing-0.23.0.min.js');
  const { BarcodeFormat: f, DecodeHintType: hint } = z;
  const hints = new Map([[hint.TRY_HARDER, true], [hint.CHARACTER_SET, 'UTF-8'], [hint.POSSIBLE_FORMATS, [f.EAN_13, f.EAN_8, f.UPC_A]]]);
  const readers = [new z.QRCodeReader(), new z.MultiFormatUPCEANReader(hints), new z.Code128Reader(), new z.Code39Reader(), new z.ITFReader()];
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  let turned = false;
  return video => {
    turned = !turned; // barcodes are read across the picture: every second one is looked at sideways
    const picture = grey(canvas, video, turned);
    if (!picture) return;
    const bits = new z.BinaryBitmap(new z.HybridBinarizer(new z.RGBLuminanceSource(picture.grey, picture.width, picture.height)));
    for (const r of readers) {
      try {
        return { text: r.decode(bits, hints).getText(), sure: r === readers[0] };
      } catch { /* it sees nothing of its kind */ } finally { r.reset(); }
    }
  };
}

// grey is the picture as shades of grey, turned by a quarter if that is wanted; nothing before there is one.
function grey(canvas, video, turned) {
  const scale = Math.min(1, widest / Math.max(video.videoWidth, video.videoHeight));
  const w = Math.round(video.videoWidth * scale), h = Math.round(video.videoHeight * scale);
  if (!w || !h) return null;
  if (canvas.canvas.width !== w || canvas.canvas.height !== h) [canvas.canvas.width, canvas.canvas.height] = [w, h];
  canvas.drawImage(video, 0, 0, w, h);
  const from = canvas.getImageData(0, 0, w, h).data, to = new Uint8ClampedArray(w * h);
  for (let y = 0, at = 0; y < h; y++) {
    for (let x = 0; x < w; x++, at += 4) {
      to[turned ? x * h + h - 1 - y : y * w + x] = (from[at] * 77 + from[at + 1] * 150 + from[at + 2] * 29) >> 8;
    }
  }
  return turned ? { grey: to, width: h, height: w } : { grey: to, width: w, height: h };
}
