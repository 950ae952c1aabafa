// Makes the site folder: what the browser is sent besides the pages. Called by scripts/build.
//
//   pkg/kaam.js, pkg/kaam.wasm   from the folder that wasm-bindgen wrote (--page)
//   pkg/kaam.css                 the style sheet with its imports in one file (--style)
//   all of --public
//
// With --optimise everything is made small, and each text file stands beside its .br and .gz. Files that have not changed are not
// written again, so that the server, which takes them in, is not compiled again for nothing.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import * as zlib from 'node:zlib';

const require = createRequire(new URL('../end2end/package.json', import.meta.url));
const { values: given } = parseArgs({
  options: {
    page: { type: 'string' },
    style: { type: 'string' },
    public: { type: 'string' },
    out: { type: 'string' },
    optimise: { type: 'boolean', default: false },
  },
});

/** Every file of the site: its path, with slashes, and its content. */
const files = new Map();

addPublic();
await addScript();
addWasm();
addStyle();
if (given.optimise) addCompressed();
write();

function addPublic() {
  for (const entry of fs.readdirSync(given.public, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.startsWith('.')) continue;
    const file = path.join(entry.parentPath ?? entry.path, entry.name);
    files.set(path.relative(given.public, file).split(path.sep).join('/'), fs.readFileSync(file));
  }
}

/** One file, with the snippets that wasm-bindgen keeps apart. */
async function addScript() {
  const esbuild = require('esbuild');
  const made = await esbuild.build({
    entryPoints: [path.join(given.page, 'kaam.js')],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: given.optimise,
    legalComments: 'none',
    write: false,
    logLevel: 'warning',
  });
  files.set('pkg/kaam.js', Buffer.from(made.outputFiles[0].text.replaceAll('kaam_bg.wasm', 'kaam.wasm')));
}

function addWasm() {
  const plain = path.join(given.page, 'kaam_bg.wasm');
  if (!given.optimise) {
    files.set('pkg/kaam.wasm', fs.readFileSync(plain));
    return;
  }
  // By far the slowest step: kept beside a hash of what it was made from.
  const hash = createHash('sha256').update(fs.readFileSync(plain)).digest('hex').slice(0, 16);
  const small = path.join(given.page, `small-${hash}.wasm`);
  if (!fs.existsSync(small)) {
    for (const old of fs.readdirSync(given.page)) if (old.startsWith('small-')) fs.rmSync(path.join(given.page, old));
    const wasmOpt = path.join(path.dirname(require.resolve('binaryen/package.json')), 'bin', 'wasm-opt');
    // What Rust's target uses, and every browser since 2023 has; the file itself does not say so any more, since it is stripped.
    const features = ['bulk-memory', 'bulk-memory-opt', 'multivalue', 'mutable-globals', 'nontrapping-float-to-int', 'reference-types', 'sign-ext'];
    const options = ['-Oz', '--strip-debug', '--strip-producers', ...features.map((feature) => `--enable-${feature}`)];
    execFileSync(process.execPath, [wasmOpt, ...options, plain, '-o', `${small}.new`], { stdio: 'inherit' });
    fs.renameSync(`${small}.new`, small);
  }
  files.set('pkg/kaam.wasm', fs.readFileSync(small));
}

function addStyle() {
  const { bundle } = require('lightningcss');
  const version = (major, minor = 0) => (major << 16) | (minor << 8);
  const made = bundle({
    filename: given.style,
    minify: given.optimise,
    targets: { chrome: version(123), firefox: version(120), safari: version(17, 5), ios_saf: version(17, 5) },
  });
  for (const warning of made.warnings) console.warn(`${given.style}: ${warning.message}`);
  files.set('pkg/kaam.css', Buffer.from(made.code));
}

function addCompressed() {
  for (const [name, content] of [...files]) {
    if (!/\.(css|js|mjs|wasm|svg|html|txt|json|webmanifest|xml|ico)$/.test(name)) continue;
    const brotli = zlib.brotliCompressSync(content, {
      params: {
        [zlib.constants.BROTLI_PARAM_QUALITY]: 11,
        [zlib.constants.BROTLI_PARAM_LGWIN]: 24,
        [zlib.constants.BROTLI_PARAM_SIZE_HINT]: content.length,
      },
    });
    const gzip = zlib.gzipSync(content, { level: 9 });
    if (brotli.length < content.length) files.set(`${name}.br`, brotli);
    if (gzip.length < content.length) files.set(`${name}.gz`, gzip);
    console.log(`${name}: ${content.length} bytes, brotli ${brotli.length}, gzip ${gzip.length}`);
  }
}

function write() {
  fs.mkdirSync(given.out, { recursive: true });
  for (const entry of fs.readdirSync(given.out, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const file = path.join(entry.parentPath ?? entry.path, entry.name);
    if (!files.has(path.relative(given.out, file).split(path.sep).join('/'))) fs.rmSync(file);
  }
  for (const [name, content] of files) {
    const file = path.join(given.out, name);
    if (fs.existsSync(file) && fs.readFileSync(file).equals(content)) continue;
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content);
  }
}
