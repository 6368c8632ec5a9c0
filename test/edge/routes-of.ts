/** Every address of the server, as it is registered. */
import { routes } from '../../server/web/routes.ts';

export const routesOf = (): string[] => {
  const { stack } = routes(
    { assets: {} } as unknown as Parameters<typeof routes>[0],
    {} as Parameters<typeof routes>[1],
  );
  const all = stack.flatMap(({ methods, path }) =>
    methods.filter((method) => method !== 'HEAD').map((method) => `${method} ${path}`),
  );
  return [...new Set(all)];
};
