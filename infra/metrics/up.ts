/** The series of a target that is about its scrape; metric relabeling leaves it alone. */
export const UP = 'up';
