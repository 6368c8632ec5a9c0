import type { WorkCode, WorkProblem } from '../../shared/work-problem.ts';

/** Thrown by everything in this room for what is not a mistake of ours. */
export class WorkRefused extends Error {
  readonly problem: WorkProblem;
  constructor(problem: WorkProblem) {
    super(`${problem.code} ${JSON.stringify(problem)}`);
    this.name = 'WorkRefused';
    this.problem = problem;
  }
  get code(): WorkCode {
    return this.problem.code;
  }
}
