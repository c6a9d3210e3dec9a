import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// Where `npm run dev` finds the API.
const server = process.env["CHAINKEEL_URL"] ?? "http://127.0.0.1:7717";
const proxied = ["/v1", "/openapi.json", "/healthz", "/readyz", "/.well-known"];

export default defineConfig({
  plugins: [
    react(),
    // `/p/` and `/embed/` are pages of their own, as the server has it.
    {
      name: "public-pages",
      configureServer: (dev) =>
        void dev.middlewares.use((request, _, next) => {
          if (/^\/(p|embed)\/[^/.]+$/.test(request.url ?? "")) request.url = "/public.html";
          next();
        }),
    },
  ],
  build: {
    // The server allows no `data:` fonts and no inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    // The app, and the pages that everybody may see: they share nothing that knows who is signed in.
    rollupOptions: { input: ["index.html", "public.html"] },
    target: "es2023",
    reportCompressedSize: false,
    chunkSizeWarningLimit: 800,
  },
  server: { proxy: Object.fromEntries(proxied.map((path) => [path, server])) },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["test/setup.ts"],
    restoreMocks: true,
    unstubGlobals: true,
    maxWorkers: 2,
    testTimeout: 60_000,
  },
});
