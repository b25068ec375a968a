/** One statistic a file; definitions in methods §3b and §5. */
export * from './cluster-bootstrap.ts';
export * from './clustered-counts.ts';
export * from './clustered-proportion.ts';
export * from './clustered-se.ts';
export * from './effective-size.ts';
export * from './group-mean.ts';
export * from './groups.ts';
export * from './holm.ts';
export * from './interval.ts';
export * from './jackknife.ts';
export * from './newcombe.ts';
export * from './paired-difference.ts';
export * from './sign-flip.ts';
export * from './spearman.ts';
export * from './student-t.ts';
export * from './theil-sen.ts';
export * from './wilson.ts';
