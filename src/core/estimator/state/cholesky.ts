/** Dense symmetric systems of a few unknowns, solved in place. Matrices are flat arrays, row by row. */

/** Replaces the lower triangle of the positive definite n × n matrix `a` by its Cholesky factor. */
export function factorise(a: Float64Array, n: number): void {
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= a[i * n + k]! * a[j * n + k]!;
      if (i === j) a[j * n + j] = Math.sqrt(Math.max(sum, Number.MIN_VALUE));
      else a[i * n + j] = sum / a[j * n + j]!;
    }
  }
}

/** Replaces b[from], b[from + stride], … by the solution of (L·Lᵀ)·x = b. */
export function solve(l: Float64Array, n: number, b: Float64Array, from: number, stride = 1): void {
  for (let i = 0; i < n; i++) {
    let sum = b[from + i * stride]!;
    for (let k = 0; k < i; k++) sum -= l[i * n + k]! * b[from + k * stride]!;
    b[from + i * stride] = sum / l[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = b[from + i * stride]!;
    for (let k = i + 1; k < n; k++) sum -= l[k * n + i]! * b[from + k * stride]!;
    b[from + i * stride] = sum / l[i * n + i]!;
  }
}
