import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "@playwright/test";

/**
 * The app in a real browser, before a server that runs at CHAINKEEL_URL and opens to CHAINKEEL_API_KEY. `make test` starts
 * one for each file (tests/it/web); by hand: `CHAINKEEL_URL=… CHAINKEEL_API_KEY=… npm run e2e -- author`.
 */

/** Chromium of the system: none is fetched. */
function chromium(): string {
  const places = [process.env["CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  const found = places.find((place) => place !== undefined && existsSync(place));
  if (found === undefined) throw new Error("There is no Chromium: run scripts/prerequisites browser, or name one in CHROMIUM");
  return found;
}

export default defineConfig({
  testDir: ".",
  // Each run has a place of its own: several stand beside one another.
  outputDir: process.env["E2E_OUTPUT"] ?? join(tmpdir(), `chainkeel-e2e-${process.pid}`),
  fullyParallel: false,
  workers: 1,
  retries: 0,
  // The machine may do much else.
  timeout: 150_000,
  expect: { timeout: 20_000 },
  reporter: [["list"]],
  use: {
    actionTimeout: 20_000,
    navigationTimeout: 30_000,
    viewport: { width: 1280, height: 800 },
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    launchOptions: {
      executablePath: chromium(),
      args: ["--disable-quic", "--disable-sync", "--no-first-run", "--disable-gpu"],
    },
  },
  projects: [
    { name: "specs", testMatch: "*.spec.ts" },
    // Not tests: `npm run screenshots`, `npm run measure`.
    { name: "screenshots", testMatch: "screenshots.ts" },
    { name: "measure", testMatch: "measure.ts" },
  ],
});
