import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import noImportCircles from './scripts/eslint/no-import-circles.mjs';

/** Data goes one way: a room may import those before it, `core` none; only `study` and `cli` see all. */
const ROOMS = ['core', 'contrast-sets', 'extractors', 'probes', 'analysis', 'findings', 'reports', 'study', 'cli'];

const arrows = ROOMS.slice(0, -1).map((room, i) => ({
  files: [`${room}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^(\\.\\./)+(${ROOMS.slice(i + 1).join('|')})/`,
            message: `${room} is upstream of that room: data goes ${ROOMS.join(' → ')}.`,
          },
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ['dist/**', 'runs/**', 'node_modules/**', 'checkpoints/data/**'] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['eslint.config.js', 'scripts/*.mjs', 'scripts/eslint/*.mjs'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { house: { rules: { 'no-import-circles': noImportCircles } } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/restrict-template-expressions': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      eqeqeq: 'error',
      'house/no-import-circles': 'error',
    },
  },
  ...arrows,
  {
    files: ['**/*.mjs', '**/*.js'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
  },
);
