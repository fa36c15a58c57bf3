import '../reload';
import { useRouter } from 'next/router';
import { api } from '@/shared/api/client';
import { Page } from '@/shared/shell/Page';
import { Card } from '@/shared/ui/Card';
import { Async, SkeletonRows } from '@/shared/ui/states';
import type { Structure } from '../structure';
import { BuilderForm } from './BuilderForm';
import { BuilderLinks } from './BuilderLinks';
import { type Builder, isBuilder } from './builders';
import { ChooseStart } from './StartStructure';

/** Build a structure from parameters, or from another structure. */
export function BuildPage() {
  const router = useRouter();
  const { builder: asked, structure, material } = router.query;
  const name = isBuilder(asked) ? asked : 'bulk';
  const uuid = typeof structure === 'string' ? structure : undefined;
  const builders = api.useQuery('get', '/api/structures/builders', undefined, { staleTime: Infinity });
  const start = (next: string | undefined) => {
    const query = { ...router.query };
    delete query.structure;
    void router.replace({ pathname: router.pathname, query: next ? { ...query, structure: next } : query });
  };
  return (
    <Page title="Build a structure">
      <BuilderLinks current={name} structure={uuid} />
      <Async query={builders} loading={<SkeletonRows rows={8} />}>
        {(all) => {
          const builder = all.find((one) => one.name === name);
          if (!builder || !router.isReady) return <SkeletonRows rows={8} />;
          const preselected = typeof material === 'string' ? material : undefined;
          if (!builder.from_structure)
            return <BuilderForm key={name} builder={builder} material={preselected} />;
          if (!uuid)
            return (
              <Card title={builder.description} className="max-w-2xl">
                <ChooseStart onChoose={start} />
              </Card>
            );
          return (
            <FromStructure
              key={name + uuid}
              builder={builder}
              uuid={uuid}
              onChange={() => start(undefined)}
            />
          );
        }}
      </Async>
    </Page>
  );
}

function FromStructure({
  builder,
  uuid,
  onChange,
}: {
  builder: Builder;
  uuid: string;
  onChange: () => void;
}) {
  const start = api.useQuery('get', '/api/structures/{structure_uuid}', {
    params: { path: { structure_uuid: uuid } },
  });
  return (
    <Async query={start} loading={<SkeletonRows rows={8} />}>
      {(structure: Structure) => <BuilderForm builder={builder} start={structure} onOtherStart={onChange} />}
    </Async>
  );
}
