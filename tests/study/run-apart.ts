/**
 * Plans a study or runs it in a process of its own, and says what it took: `node --import tsx run-apart.ts plan|run
 * study.yaml`.
 */
import { planStudy } from '../../study/estimate/estimate.ts';
import { readStudy } from '../../study/config/read.ts';
import { runStudy } from '../../study/run-study.ts';

const [mode, file] = process.argv.slice(2);
const study = await readStudy(file);
const plan = mode === 'plan' ? await planStudy(study) : null;
if (plan === null) await runStudy(study);
process.stdout.write(`${JSON.stringify({ plan, peak: process.resourceUsage().maxRSS * 1024 })}\n`);
