import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    // Thread pools break the typed-array checks of onnxruntime-node.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    tags: [{ name: 'slow', description: 'takes more than a second or two; `npm run test:fast` leaves it out' }],
    reporters: ['default', './scripts/closing-line.ts'],
  },
});
