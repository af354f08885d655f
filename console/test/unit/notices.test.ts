import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** Nothing of these is in the files: they have types alone. */
const TYPES = /^(@types\/.*|csstype|type-fest|tagged-tag)$/;

test('each package that is bundled is named with its licence', () => {
  const notices = readFileSync('../THIRD-PARTY.md', 'utf8');
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, { dev?: boolean; optional?: boolean }>;
  };

  const names = Object.entries(lock.packages)
    .filter(([path, { dev, optional }]) => path !== '' && !dev && !optional)
    .map(([path]) => path.replace(/.*node_modules\//, ''))
    .filter((name) => !TYPES.test(name));

  expect(names.length).toBeGreaterThan(10);
  expect(names.filter((name) => !notices.includes(`| ${name} |`))).toEqual([]);
});
