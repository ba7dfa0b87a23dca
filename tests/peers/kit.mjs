// fhir-kit-client against a FHIR server, by the client's own means: one line of JSON for each step.
// node kit.mjs BASE [KEYFILE]: with a key file (a JWK, and the client's id) the server is a secured one.
import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import assert from 'node:assert/strict';
import { CapabilityTool, Client } from 'fhir-kit-client';

const [base, keyFile] = process.argv.slice(2);
const client = new Client({ baseUrl: base });

async function step(name, act) {
  try {
    await act();
    console.log(JSON.stringify({ step: name, ok: true }));
  } catch (error) {
    const told = error?.response?.data?.issue?.[0]?.diagnostics;
    console.log(JSON.stringify({ step: name, ok: false, why: `${error.message}; ${told ?? ''}` }));
  }
}

async function refused(status, act) {
  await assert.rejects(act, (error) => {
    assert.equal(error.response.status, status);
    assert.equal(error.response.data.resourceType, 'OperationOutcome');
    return true;
  });
}

const patient = (family, more = {}) => ({
  resourceType: 'Patient', body: { resourceType: 'Patient', name: [{ family }], gender: 'female', ...more },
});
const headers = (fields) => ({ options: { headers: fields } });

async function open() {
  let made;
  await step('read', async () => {
    made = await client.create(patient('Klientsen'));
    const read = await client.read({ resourceType: 'Patient', id: made.id });
    assert.equal(read.name[0].family, 'Klientsen');
    assert.ok(Client.httpFor(read).response.headers.get('etag'));
  });
  await step('statement', async () => {
    const tool = new CapabilityTool(await client.capabilityStatement());
    assert.ok(tool.serverCan('transaction') && tool.resourceCan('Patient', 'create'));
    assert.ok(tool.resourceSearch('Patient', 'birthdate'));
  });
  await step('search with paging', async () => {
    for (let n = 0; n < 5; n += 1) await client.create(patient('Sidesen'));
    let bundle = await client.search({ resourceType: 'Patient', searchParams: { family: 'Sidesen', _count: '2' } });
    let found = 0;
    while (bundle) {
      found += bundle.entry.length;
      bundle = await client.nextPage({ bundle });
    }
    assert.equal(found, 5);
    const searchParams = { family: 'Sidesen' };
    const posted = await client.search({ resourceType: 'Patient', searchParams, options: { postSearch: true } });
    assert.equal(posted.total, 5);
  });
  await step('conditional create', async () => {
    const identifier = [{ system: 'urn:peers', value: 'kit-1' }];
    const once = { ...patient('Engang', { identifier }), ...headers({ 'If-None-Exist': 'identifier=urn:peers|kit-1' }) };
    assert.equal((await client.create(once)).id, (await client.create(once)).id);
    const searchParams = { identifier: 'urn:peers|kit-1' };
    const updated = await client.update({ ...patient('Engang', { identifier }), searchParams });
    assert.equal(updated.meta.versionId, '2');
  });
  await step('update with version, and conflict', async () => {
    const body = { ...made, gender: 'other' };
    const change = { resourceType: 'Patient', id: made.id, body, ...headers({ 'If-Match': 'W/"1"' }) };
    assert.equal((await client.update(change)).meta.versionId, '2');
    await refused(412, () => client.update(change));
  });
  await step('patch', async () => {
    const jsonPatch = [{ op: 'replace', path: '/gender', value: 'male' }];
    const patched = await client.patch({ resourceType: 'Patient', id: made.id, jsonPatch });
    assert.equal(patched.gender, 'male');
  });
  await step('transaction and batch', async () => {
    const fullUrl = 'urn:uuid:88f151c0-a954-468a-88bd-5ae15c08e059';
    const seen = { resourceType: 'Observation', status: 'final', code: { text: 'puls' }, subject: { reference: fullUrl } };
    const entry = [
      { fullUrl, resource: patient('Allsen').body, request: { method: 'POST', url: 'Patient' } },
      { resource: seen, request: { method: 'POST', url: 'Observation' } },
    ];
    const answer = await client.transaction({ body: { resourceType: 'Bundle', type: 'transaction', entry } });
    assert.deepEqual(answer.entry.map((one) => one.response.status), ['201 Created', '201 Created']);
    const asked = [{ request: { method: 'GET', url: `Patient/${made.id}` } }, { request: { method: 'GET', url: 'Patient/no-such' } }];
    const batch = await client.batch({ body: { resourceType: 'Bundle', type: 'batch', entry: asked } });
    assert.deepEqual(batch.entry.map((one) => one.response.status.slice(0, 3)), ['200', '404']);
  });
  await step('history', async () => {
    const first = await client.vread({ resourceType: 'Patient', id: made.id, version: '1' });
    assert.equal(first.gender, 'female');
    assert.equal((await client.history({ resourceType: 'Patient', id: made.id })).total, 3);
    assert.ok((await client.history({ resourceType: 'Patient' })).entry.length > 3);
  });
  await step('operations', async () => {
    const everything = await client.operation({ name: 'everything', resourceType: 'Patient', id: made.id, method: 'GET' });
    assert.equal(everything.entry[0].resource.id, made.id);
    const input = { resourceType: 'Patient', gender: 'yes' };
    const outcome = await client.operation({ name: 'validate', resourceType: 'Patient', input });
    assert.equal(outcome.issue[0].severity, 'error');
    const document = await client.operation({ name: 'summary', resourceType: 'Patient', id: made.id, method: 'GET' });
    assert.equal(document.type, 'document');
  });
  await step('references', async () => {
    const found = await client.resolve({ reference: `Patient/${made.id}` });
    assert.equal(found.id, made.id);
  });
  await step('errors', async () => {
    await refused(404, () => client.read({ resourceType: 'Patient', id: 'no-such' }));
    await refused(422, () => client.create(patient('Feilsen', { shoeSize: 43 })));
    await client.delete({ resourceType: 'Patient', id: made.id });
    await refused(410, () => client.read({ resourceType: 'Patient', id: made.id }));
  });
  await step('gaps', async () => {
    await refused(405, () => client.systemSearch({ searchParams: { _type: 'Patient' } }));
    const compartment = { resourceType: 'Patient', id: made.id };
    await refused(404, () => client.compartmentSearch({ resourceType: 'Observation', compartment }));
    await refused(404, () => client.history());
  });
}

function assertion({ key, client_id: id }, endpoint) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: id, sub: id, aud: endpoint, iat: now, exp: now + 60, jti: randomUUID() };
  const text = `${part({ alg: 'ES384', typ: 'JWT', kid: key.kid })}.${part(claims)}`;
  const secret = createPrivateKey({ key, format: 'jwk' });
  return `${text}.${sign('sha384', Buffer.from(text), { key: secret, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

async function secured() {
  await step('refused without a token', () => refused(401, () => client.search({ resourceType: 'Patient' })));
  await step('backend services', async () => {
    const { tokenUrl } = await client.smartAuthMetadata();
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      scope: 'system/*.cruds',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion(JSON.parse(readFileSync(keyFile)), tokenUrl.toString()),
    });
    const granted = await (await fetch(tokenUrl, { method: 'POST', body })).json();
    client.bearerToken = granted.access_token;
    const made = await client.create(patient('Sikkersen'));
    const found = await client.search({ resourceType: 'Patient', searchParams: { family: 'Sikkersen' } });
    assert.deepEqual(found.entry.map((one) => one.resource.id), [made.id]);
  });
}

await (keyFile ? secured() : open());
