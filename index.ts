/**
 * Plumbline as a library: `import { diagnose } from 'plumbline'`. Rooms are also reachable one by one, as
 * `plumbline/probes` and so on.
 */
export * from './study/index.ts';
export * from './core/index.ts';
