import 'reflect-metadata';
import { createServer } from 'node:http';
import { serve } from '@hono/node-server';
import { Controller, Get, Module, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import * as onExpress from '../../../src/clients/backend/adapters/express.ts';
import * as onFastify from '../../../src/clients/backend/adapters/fastify.ts';
import * as onHono from '../../../src/clients/backend/adapters/hono.ts';
import * as onKoa from '../../../src/clients/backend/adapters/koa.ts';
import {
  Access,
  accountGuard,
  CurrentCustomer,
} from '../../../src/clients/backend/adapters/nest.ts';
import type { AccountBackend, Customer } from '../../../src/clients/backend/index.ts';
import { closeNow, listenLocally } from '../../support/local-url.ts';

export interface Running {
  readonly url: string;
  close(): Promise<unknown>;
}

/** A scope that no token of these tests has. */
const scope = 'orders:write';

/**
 * The same app in each framework: `/orders` for customers, `/checkout` for those with a scope, and
 * `/refund`, where the scope is asked for behind the log-in.
 */
export const frameworks: Readonly<Record<string, (backend: AccountBackend) => Promise<Running>>> = {
  async Express(backend) {
    const app = express();
    // Otherwise it writes each refusal to the console.
    app.set('env', 'test');
    const mine = (request: express.Request, response: express.Response) => {
      response.json({ id: request.customer?.id });
    };
    app.get('/orders', onExpress.account(backend), mine);
    app.get('/checkout', onExpress.account(backend, { scopes: [scope] }), mine);
    app.get('/refund', onExpress.account(backend), onExpress.requireScopes(scope), mine);
    const server = createServer(app);
    return { url: await listenLocally(server), close: () => closeNow(server) };
  },

  async Fastify(backend) {
    const app = fastify();
    await app.register(onFastify.customers);
    const mine = async (request: fastify.FastifyRequest) => ({ id: request.customer?.id });
    const log_in = onFastify.account(backend);
    app.get('/orders', { onRequest: log_in }, mine);
    app.get('/checkout', { onRequest: onFastify.account(backend, { scopes: [scope] }) }, mine);
    app.get('/refund', { onRequest: [log_in, onFastify.requireScopes(scope)] }, mine);
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    return { url, close: () => app.close() };
  },

  async Hono(backend) {
    const app = new Hono()
      .get('/orders', onHono.account(backend), (c) => c.json({ id: c.get('customer').id }))
      .get('/checkout', onHono.account(backend, { scopes: [scope] }), (c) => c.json({}))
      .get('/refund', onHono.account(backend), onHono.requireScopes(scope), (c) => c.json({}));
    return new Promise((resolve) => {
      const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => {
        resolve({
          url: `http://127.0.0.1:${port}`,
          close: () => new Promise((closed) => server.close(closed)),
        });
      });
    });
  },

  async Koa(backend) {
    const app = new Koa<onKoa.CustomerState>();
    // Otherwise it writes each 503 to the console.
    app.silent = true;
    const routes: Readonly<Record<string, readonly Koa.Middleware<onKoa.CustomerState>[]>> = {
      '/orders': [onKoa.account(backend)],
      '/checkout': [onKoa.account(backend, { scopes: [scope] })],
      '/refund': [onKoa.account(backend), onKoa.requireScopes(scope)],
    };
    app.use(async (ctx, next) => {
      const chain = routes[ctx.path] ?? [];
      const run = (index: number): Promise<unknown> =>
        chain[index]?.(ctx, () => run(index + 1)) ?? next();
      await run(0);
    });
    app.use((ctx) => {
      ctx.body = { id: ctx.state.customer?.id };
    });
    const server = createServer(app.callback());
    return { url: await listenLocally(server), close: () => closeNow(server) };
  },

  async Nest(backend) {
    class Shop {
      mine(customer: Customer) {
        return { id: customer.id };
      }
      checkout() {
        return {};
      }
      refund() {
        return {};
      }
    }
    // Vitest does not read decorators, so they are called.
    const decorate = (name: keyof Shop, path: string, decorators: readonly MethodDecorator[]) => {
      const descriptor = Object.getOwnPropertyDescriptor(Shop.prototype, name);
      if (descriptor === undefined) throw new Error('No such method.');
      for (const one of [Get(path), ...decorators]) one(Shop.prototype, name, descriptor);
    };
    CurrentCustomer()(Shop.prototype, 'mine', 0);
    decorate('mine', 'orders', []);
    decorate('checkout', 'checkout', [Access({ scopes: [scope] })]);
    decorate('refund', 'refund', [UseGuards(accountGuard(backend, { scopes: [scope] }))]);
    Controller()(Shop);
    class App {}
    Module({ controllers: [Shop] })(App);
    const app = await NestFactory.create(App, { logger: false });
    app.useGlobalGuards(accountGuard(backend));
    await app.listen(0, '127.0.0.1');
    return { url: await app.getUrl(), close: () => app.close() };
  },
};
