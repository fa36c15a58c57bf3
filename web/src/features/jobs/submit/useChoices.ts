import { useMemo } from 'react';
import { api } from '@/shared/api/client';
import { type Workflow, useEngines } from '../job';
import { type Setting, settingsOfEngine, settingsOfWorkflow } from './setting';
import type { Protocol, Values } from './values';

/** All that there is to choose from: templates and engines, and for a choice of them protocols and settings. */
export function useChoices(workflow: Workflow, template: string | undefined) {
  const templates = api.useQuery('get', '/api/templates', { params: { query: { limit: 200 } } });
  const engines = useEngines();
  const codes = api.useQuery('get', '/api/codes', { params: { query: { limit: 200 } } });
  const list = templates.data?.items;
  // Who has structures means to compute their atoms; and nobody should compute by the engine for testing without
  // choosing it.
  const usual = () => {
    const ofAtoms = new Set(
      engines.data
        ?.filter((one) => one.scale === 'quantum' || one.scale === 'atomistic')
        .map((one) => one.name),
    );
    return list?.find((one) => ofAtoms.has(one.engine) && one.origin === 'system') ?? list?.[0];
  };
  const chosen = list?.find((one) => one.uuid === template || one.name === template) ?? usual();
  const engine = engines.data?.find((one) => one.name === chosen?.engine);
  const entry_point = `nanoos.${workflow}`;
  const schema = api.useQuery(
    'get',
    '/api/processes/{entry_point}/schema',
    { params: { path: { entry_point } } },
    { staleTime: Infinity },
  );
  const protocols = api.useQuery(
    'get',
    '/api/processes/{entry_point}/protocols',
    { params: { path: { entry_point }, query: { engine: chosen?.engine ?? '' } } },
    { enabled: chosen !== undefined, staleTime: Infinity },
  );
  const settings = useMemo((): Setting[] | undefined => {
    if (schema.data === undefined || engine === undefined) return undefined;
    const own = settingsOfWorkflow(schema.data.inputs);
    const names = new Set(own.map((one) => one.name));
    return [...own, ...settingsOfEngine(engine.parameters).filter((one) => !names.has(one.name))];
  }, [schema.data, engine]);
  return {
    templates: list ?? [],
    engines: engines.data ?? [],
    codes: codes.data?.items ?? [],
    template: chosen,
    engine,
    parameters: (chosen?.parameters ?? {}) as Values,
    protocols: (protocols.data ?? []) as Protocol[],
    settings: protocols.data === undefined ? undefined : settings,
    failed: [templates, engines, schema, protocols].find(
      (query) => query.error !== null && query.data === undefined,
    ),
  };
}

export type Choices = ReturnType<typeof useChoices>;
