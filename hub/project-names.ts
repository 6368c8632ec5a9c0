/** How the hub calls its projects: by their folders, with as much of the path as tells them apart, and by the machine. */
interface Named {
  readonly folder: string;
  readonly machine: string;
}

export function namesOf<Project extends Named>(projects: readonly Project[]): ReadonlyMap<Project, string> {
  return new Map(projects.map((project) => [project, nameOf(project, projects)]));
}

function nameOf(project: Named, all: readonly Named[]): string {
  const parts = partsOf(project);
  const others = all.filter((each) => each !== project && each.machine === project.machine).map(partsOf);
  const tail = (of: readonly string[], length: number) => of.slice(-length).join('/');
  const isAlone = (length: number) => others.every((each) => tail(each, length) !== tail(parts, length));
  let length = 1;
  while (length < parts.length && !isAlone(length)) length++;
  const name = tail(parts, length) || '/';
  return project.machine === '' ? name : `${name} on ${project.machine}`;
}

const partsOf = ({ folder }: Named): readonly string[] => folder.split('/').filter((part) => part !== '');
