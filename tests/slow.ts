/** Marks a test that takes more than a second or two: `npm run test:fast` leaves it out (whole files: `@module-tag`). */
export const SLOW = { tags: ['slow'] };
