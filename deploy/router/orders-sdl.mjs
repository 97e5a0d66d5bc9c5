/** What the orders know of a customer: the id, and what they add. */
export const ordersSdl = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key"])

  type Query {
    orders: [Order!]!
  }
  type Order {
    id: ID!
    total: String!
    customer: User
  }
  type User @key(fields: "id") {
    id: ID!
    orders: [Order!]!
  }
`;
