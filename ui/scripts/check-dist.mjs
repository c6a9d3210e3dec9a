// Holds dist/ against what the server allows and what a first visit may cost.
import { readFileSync, readdirSync, existsSync } from "node:fs";
import { gzipSync } from "node:zlib";

const dist = new URL("../dist/", import.meta.url);
const faults = [];
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));

/** The files that a page loads before it shows anything. */
function firstOf(page, html) {
  const first = new Set();
  const take = (key) => {
    const chunk = manifest[key];
    if (first.has(chunk.file)) return;
    first.add(chunk.file);
    for (const style of chunk.css ?? []) first.add(style);
    for (const next of chunk.imports ?? []) take(next);
  };
  take(page);
  for (const [, name] of html.matchAll(/(?:src|href)="\/?([^"]+)"/g)) {
    if (/^https?:|^\/\//.test(name)) faults.push(`${page} loads ${name} from elsewhere`);
    else if (existsSync(new URL(name, dist))) first.add(name);
  }
  return first;
}

for (const [page, limit] of [
  ["index.html", 300 * 1024],
  ["public.html", 120 * 1024],
]) {
  const html = readFileSync(new URL(page, dist), "utf8");
  if (/<style|<script(?![^>]*\ssrc=)|\sstyle=|\son\w+=|javascript:/i.test(html)) {
    faults.push(`${page} has an inline script or style, which the Content-Security-Policy forbids`);
  }
  const first = firstOf(page, html);
  let total = gzipSync(html).length;
  for (const file of first) total += gzipSync(readFileSync(new URL(file, dist))).length;
  console.log(`first load of ${page}: ${(total / 1024).toFixed(1)} kB gzip of ${limit / 1024} in ${first.size} files`);
  if (total > limit) faults.push(`the first load of ${page} is too large: load something later`);
  if (page !== "public.html") continue;
  if (!html.includes('name="chainkeel-ticket" content=""')) faults.push("public.html has no place for the ticket of a frame");
  for (const file of first) {
    const text = readFileSync(new URL(file, dist), "utf8");
    if (/localStorage|sessionStorage|X-Org-ID/.test(text)) faults.push(`public.html loads ${file}, which knows who is signed in`);
  }
}

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
