// The last so many values, and how large the share of one among them is.
export class Window {
  #values = [];
  #next = 0;

  constructor(size) { this.size = size; }

  get full() { return this.#values.length === this.size; }

  add(value) {
    this.#values[this.#next] = value;
    this.#next = (this.#next + 1) % this.size;
  }

  share(value) { return this.#values.filter(other => other === value).length / this.#values.length; }
}
