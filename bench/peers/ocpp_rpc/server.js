/*
 * ocpp-rpc with its compiled validators on (strict mode), as its documentation writes
 * handlers. Answers are valid, and nothing is published.
 *
 *     node server.js --port 9000
 */
'use strict';

const { parseArgs } = require('node:util');
const { RPCServer, createRPCError } = require('ocpp-rpc');

const INTERVAL_S = 300;

const now = () => new Date().toISOString();
const accepted = () => ({ idTagInfo: { status: 'Accepted' } });
const nothing = () => ({});

const ANSWERS_201 = {
    BootNotification: () => ({
        status: 'Accepted',
        interval: INTERVAL_S,
        currentTime: now(),
    }),
    Heartbeat: () => ({ currentTime: now() }),
    MeterValues: nothing,
    StatusNotification: nothing,
};

const ANSWERS = {
    Authorize: accepted,
    BootNotification: () => ({
        status: 'Accepted',
        interval: INTERVAL_S,
        currentTime: now(),
    }),
    DataTransfer: () => ({ status: 'UnknownVendorId' }),
    DiagnosticsStatusNotification: nothing,
    FirmwareStatusNotification: nothing,
    Heartbeat: () => ({ currentTime: now() }),
    MeterValues: nothing,
    StartTransaction: () => ({ transactionId: 1, idTagInfo: { status: 'Accepted' } }),
    StatusNotification: nothing,
    StopTransaction: accepted,
};

async function main() {
    const { values } = parseArgs({
        options: {
            port: { type: 'string' },
            version: { type: 'string', default: '1.6' },
        },
    });
    const answers = values.version === '1.6' ? ANSWERS : ANSWERS_201;
    const protocols = [`ocpp${values.version}`];
    const server = new RPCServer({ protocols, strictMode: true });
    server.on('client', (client) => {
        for (const [action, answer] of Object.entries(answers)) {
            client.handle(action, answer);
        }
        client.handle(({ method }) => {
            throw createRPCError('NotImplemented', `${method} is no part of the bench`);
        });
    });
    await server.listen(Number(values.port), '127.0.0.1');
}

main();
