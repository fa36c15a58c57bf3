import { useMutation } from '@tanstack/react-query';
import { Hammer } from 'lucide-react';
import { useRouter } from 'next/router';
import { type SubmitEvent, useState } from 'react';
import { client } from '@/shared/api/client';
import { ApiError, messageOf } from '@/shared/api/errors';
import { Button } from '@/shared/ui/Button';
import { Card } from '@/shared/ui/Card';
import { ErrorPanel } from '@/shared/ui/states';
import { MaterialChoice, type MaterialChosen, materialFields } from '../MaterialChoice';
import type { Structure } from '../structure';
import { type Builder, builderLabel } from './builders';
import { BuildPreview } from './BuildPreview';
import { ParameterField } from './ParameterField';
import { firstValues, given, type Schema, wrongFields } from './schema';
import { ChosenStart } from './StartStructure';
import { usePreview } from './usePreview';

type Props = { builder: Builder; start?: Structure; onOtherStart?: () => void; material?: string };

/** The parameters of a builder, what they would make, and the button that makes it. */
export function BuilderForm({ builder, start, onOtherStart, material: preselected }: Props) {
  const schema = builder.parameters as Schema;
  const [values, setValues] = useState(() => firstValues(schema));
  const [material, setMaterial] = useState<MaterialChosen>(firstMaterial(preselected, start));
  const parameters = given(values);
  const missing = (schema.required ?? []).filter((key) => parameters[key] === undefined);
  const preview = usePreview(builder.name, start?.uuid, parameters, missing.length === 0);
  const build = useBuild(builder, start, preview.data?.formula);
  const wrong = preview.error && preview.isCurrent ? wrongOf(preview.error, schema) : {};
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (material) build.mutate({ parameters, material });
  };
  const set = (key: string, value: unknown) => setValues((before) => ({ ...before, [key]: value }));
  return (
    <div className="grid items-start gap-5 lg:grid-cols-[22rem_minmax(0,1fr)]">
      <Card title={builderLabel(builder.name)}>
        <form onSubmit={submit} noValidate className="flex flex-col gap-4">
          <p className="text-sm text-muted">{builder.description}</p>
          {start && onOtherStart && <ChosenStart structure={start} onChange={onOtherStart} />}
          {Object.entries(schema.properties).map(([key, property]) => (
            <ParameterField
              key={key}
              name={key}
              property={property}
              value={values[key]}
              error={missing.includes(key) ? 'This is needed' : wrong[key]}
              onChange={(value) => set(key, value)}
            />
          ))}
          <hr className="border-line" />
          <MaterialChoice value={material} onChange={setMaterial} hasSame={Boolean(start?.material_id)} />
          {build.error && <ErrorPanel title="Nothing was built" error={build.error} />}
          <Button
            type="submit"
            kind="primary"
            icon={Hammer}
            busy={build.isPending}
            disabled={!preview.isCurrent || !preview.data || material === null}
          >
            Build
          </Button>
        </form>
      </Card>
      <BuildPreview
        preview={preview}
        refused={preview.isCurrent && preview.error ? (wrong[''] ?? messageOf(preview.error)) : null}
        missing={missing}
        start={'sites' in schema.properties ? start : undefined}
        sites={Array.isArray(values.sites) ? (values.sites as (number | null)[]) : []}
        onSites={(sites) => set('sites', sites)}
      />
    </div>
  );
}

function firstMaterial(preselected: string | undefined, start: Structure | undefined): MaterialChosen {
  if (preselected) return { kind: 'known', id: preselected };
  return start?.material_id ? { kind: 'same' } : { kind: 'new', name: '' };
}

function wrongOf(error: Error, schema: Schema): Record<string, string> {
  return error instanceof ApiError && error.status === 422 ? wrongFields(error.detail, schema) : {};
}

/** Build it, store it and go there. */
function useBuild(builder: Builder, start: Structure | undefined, formula: string | undefined) {
  const router = useRouter();
  return useMutation({
    mutationFn: async ({
      parameters,
      material,
    }: {
      parameters: Record<string, unknown>;
      material: NonNullable<MaterialChosen>;
    }) => {
      const fields = materialFields(material);
      // Without a name the API takes the material of the structure: a new one must be called something.
      if (start && material.kind === 'new') fields.name ??= formula;
      const { data } = await client.POST('/api/structures/build/{builder}', {
        params: { path: { builder: builder.name } },
        body: { parameters, structure: start?.uuid, ...fields },
      });
      return data;
    },
    onSuccess: (made) => made && void router.push(`/structures/${made.uuid}`),
  });
}
