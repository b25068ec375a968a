/** Names that analyses had before, with the ones they have now. */
export const RENAMED: Readonly<Record<string, string>> = {
  angles: 'principal-angles',
  pca: 'state-pca',
  classes: 'class-probes',
  numbers: 'ridge-probes',
  nuisance: 'nuisance-probes',
  'low-rank': 'low-rank-probes',
  mlp: 'mlp-probes',
  controls: 'control-probes',
  compare: 'comparison',
  sweep: 'correspondence',
};
