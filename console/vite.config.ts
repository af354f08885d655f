import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const PAGES = 'target/classes/dev/tollgate/console';
/** Formats that are compressed already. */
const PACKED = /\.woff2$/;

/** Writes beside the pages what their server needs: the list of files and the policy for browsers. */
function listing(): Plugin {
  return {
    name: 'tollgate-listing',
    apply: 'build',
    closeBundle() {
      const names = readdirSync(PAGES, { recursive: true, encoding: 'utf8' })
        .filter((name) => statSync(join(PAGES, name)).isFile())
        .map((name) => relative('.', name).replaceAll('\\', '/'))
        .sort();
      let total = 0;
      for (const name of names) {
        const bytes = readFileSync(join(PAGES, name));
        const packed = PACKED.test(name) ? bytes : gzipSync(bytes, { level: 9 });
        total += Math.min(packed.length, bytes.length);
      }
      writeFileSync(join(PAGES, 'files.txt'), `${names.join('\n')}\n`);
      writeFileSync(join(PAGES, 'csp.txt'), readFileSync('csp.txt'));
      console.log(`console: ${names.length} files, ${(total / 1024).toFixed(0)} KiB compressed`);
    },
  };
}

export default defineConfig({
  base: '/console/',
  logLevel: 'warn',
  plugins: [react(), listing()],
  build: {
    outDir: PAGES,
    emptyOutDir: true,
    // A font or picture in a data: URL would need a hole in the policy.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    target: 'es2022',
    chunkSizeWarningLimit: 600,
  },
  server: { proxy: { '/v1': process.env.TOLLGATE_URL ?? 'http://127.0.0.1:8470' } },
  test: { include: ['test/unit/**/*.test.ts'] },
});
