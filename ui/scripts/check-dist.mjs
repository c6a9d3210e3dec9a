// Holds dist/ against what the server allows and what a first visit may cost.
import { readFileSync, readdirSync, existsSync } from "node:fs";
import { gzipSync } from "node:zlib";

const LIMIT = 300 * 1024;
const dist = new URL("../dist/", import.meta.url);
const faults = [];
const html = readFileSync(new URL("index.html", dist), "utf8");
if (/<style|<script(?![^>]*\ssrc=)|\sstyle=|\son\w+=|javascript:/i.test(html)) {
  faults.push("index.html has an inline script or style, which the Content-Security-Policy forbids");
}

const first = new Set();
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));
function take(key) {
  const chunk = manifest[key];
  if (first.has(chunk.file)) return;
  first.add(chunk.file);
  for (const style of chunk.css ?? []) first.add(style);
  for (const next of chunk.imports ?? []) take(next);
}
take("index.html");
for (const [, name] of html.matchAll(/(?:src|href)="\/?([^"]+)"/g)) {
  if (/^https?:|^\/\//.test(name)) faults.push(`index.html loads ${name} from elsewhere`);
  else if (existsSync(new URL(name, dist))) first.add(name);
}

let total = gzipSync(html).length;
for (const file of first) total += gzipSync(readFileSync(new URL(file, dist))).length;
console.log(`first load: ${(total / 1024).toFixed(1)} kB gzip of ${LIMIT / 1024} in ${first.size} files`);
if (total > LIMIT) faults.push("the first load is too large: load something later");

for (const name of readdirSync(new URL("assets/", dist))) {
  if (!/-[\w-]{8}\.\w+$/.test(name)) faults.push(`assets/${name} has no hash in its name`);
  if (!/\.(js|css)$/.test(name)) continue;
  const text = readFileSync(new URL(`assets/${name}`, dist), "utf8");
  if (name.endsWith(".css") && /@import|url\(["']?(https?:|data:font)/.test(text)) {
    faults.push(`assets/${name} loads from elsewhere`);
  }
  if (name.endsWith(".js") && /\bnew Function\(|[^.\w]eval\(/.test(text)) {
    faults.push(`assets/${name} makes code of text`);
  }
}
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exit(1);
