import { Degraded } from './degraded';

const products = [
  { name: 'Kettle', price: '€ 39', note: 'One litre, enamel', colour: 'clay' },
  { name: 'Lamp', price: '€ 64', note: 'Oak and linen', colour: 'sand' },
  { name: 'Blanket', price: '€ 89', note: 'Merino wool', colour: 'moss' },
] as const;

export default function Home() {
  return (
    <>
      <Degraded />
      <h1>Things for the home</h1>
      <ul className="products">
        {products.map(({ name, price, note, colour }) => (
          <li key={name}>
            <div className={`picture ${colour}`} aria-hidden="true" />
            <h2>{name}</h2>
            <p>{note}</p>
            <p className="price">{price}</p>
          </li>
        ))}
      </ul>
    </>
  );
}
