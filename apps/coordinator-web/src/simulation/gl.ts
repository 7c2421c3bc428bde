/** What drawing with WebGL 2 takes each time: programs, made or refused with a reason, and their uniforms. */

/** @throws Error with the compiler's words: the shaders are the page's own, so it is a defect of page or driver */
export function makeProgram(gl: WebGL2RenderingContext, vertex: string, fragment: string): WebGLProgram {
  const program = gl.createProgram();
  for (const [kind, source] of [
    [gl.VERTEX_SHADER, vertex],
    [gl.FRAGMENT_SHADER, fragment],
  ] as const) {
    const shader = gl.createShader(kind);
    if (shader === null) continue;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    if (gl.getShaderParameter(shader, gl.COMPILE_STATUS) === false && !gl.isContextLost()) {
      throw new Error(`a shader does not compile: ${gl.getShaderInfoLog(shader) ?? ''}`);
    }
  }
  gl.linkProgram(program);
  if (gl.getProgramParameter(program, gl.LINK_STATUS) === false && !gl.isContextLost()) {
    throw new Error(`a shader does not link: ${gl.getProgramInfoLog(program) ?? ''}`);
  }
  return program;
}

/** Sets a uniform by its name; one that the compiler left out is no error. */
export function uniformsOf(gl: WebGL2RenderingContext, program: WebGLProgram) {
  const places = new Map<string, WebGLUniformLocation | null>();
  const at = (name: string) => {
    if (!places.has(name)) places.set(name, gl.getUniformLocation(program, name));
    return places.get(name) ?? null;
  };
  return {
    set(name: string, ...value: readonly number[]): void {
      const [x = 0, y = 0, z = 0, w = 0] = value;
      const place = at(name);
      if (value.length === 1) gl.uniform1f(place, x);
      else if (value.length === 2) gl.uniform2f(place, x, y);
      else if (value.length === 3) gl.uniform3f(place, x, y, z);
      else gl.uniform4f(place, x, y, z, w);
    },
    whole: (name: string, value: number) => gl.uniform1i(at(name), value),
    matrix: (name: string, value: Float32Array) => gl.uniformMatrix4fv(at(name), false, value),
  };
}
