"""Cycles as a peer of the path tracer's benchmark. Blender runs this; it reads one JSON order a line and answers each
with one line that begins with MARK. Orders: open (a scene), render (so many samples), quit."""

import json
import math
import sys
import time

import bpy
import numpy
from mathutils import Matrix

MARK = "@cycles "
# Share of the light that a surface of index 1.5 reflects at once.
DIELECTRIC = 0.04
# Blender 3.4's glTF reader names a type that numpy 1.24 has dropped.
if "bool" not in numpy.__dict__:
    numpy.bool = numpy.bool_
# glTF has +Y up, Blender +Z.
UPRIGHT = Matrix(((1, 0, 0, 0), (0, 0, -1, 0), (0, 1, 0, 0), (0, 0, 0, 1)))


def answer(**fields):
    print(MARK + json.dumps(fields), flush=True)


def open_scene(order):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.preferences.addon_enable(module="io_scene_gltf2")
    bpy.ops.import_scene.gltf(filepath=order["glb"])
    scene = bpy.context.scene
    for light in [o for o in scene.objects if o.type in {"CAMERA", "LIGHT"}]:
        bpy.data.objects.remove(light)
    for material in bpy.data.materials:
        make_plain(material)
    set_camera(scene, order["camera"])
    set_world(scene, order["hdr"])
    set_integrator(scene, order["bounces"])
    answer(threads=scene.render.threads, triangles=sum(count_triangles(o) for o in scene.objects))


def make_plain(material):
    """A rough dielectric where no texture has a say: a diffuse lobe and DIELECTRIC of a GGX lobe, for Blender 3.4's
    Principled shader adds Disney's retro-reflection, which makes walls seen at a grazing angle up to 40 % brighter."""
    tree = material.node_tree
    principled = tree and tree.nodes.get("Principled BSDF")
    if not principled:
        return
    inputs = {name: principled.inputs[name] for name in ("Base Color", "Roughness", "Metallic", "Emission")}
    emits = max(inputs["Emission"].default_value[:3]) > 0
    if emits or inputs["Metallic"].default_value > 0 or any(i.is_linked for i in inputs.values()):
        return
    new, link = tree.nodes.new, tree.links.new
    diffuse, glossy, mix = new("ShaderNodeBsdfDiffuse"), new("ShaderNodeBsdfGlossy"), new("ShaderNodeMixShader")
    diffuse.inputs["Color"].default_value = inputs["Base Color"].default_value
    glossy.inputs["Color"].default_value = (1, 1, 1, 1)
    glossy.inputs["Roughness"].default_value = inputs["Roughness"].default_value
    glossy.distribution = "GGX"
    mix.inputs["Fac"].default_value = DIELECTRIC
    link(diffuse.outputs[0], mix.inputs[1])
    link(glossy.outputs[0], mix.inputs[2])
    output = next(node for node in tree.nodes if node.type == "OUTPUT_MATERIAL")
    link(mix.outputs[0], output.inputs["Surface"])


def count_triangles(thing):
    if thing.type != "MESH":
        return 0
    thing.data.calc_loop_triangles()
    return len(thing.data.loop_triangles)


def set_camera(scene, view):
    data = bpy.data.cameras.new("camera")
    data.sensor_fit = "VERTICAL"
    data.angle_y = view["yfov"]
    data.clip_start, data.clip_end = 0.001, 10000
    eye = bpy.data.objects.new("camera", data)
    scene.collection.objects.link(eye)
    columns = (view["right"], view["up"], [-x for x in view["forward"]], view["position"])
    rows = [[c[axis] for c in columns] for axis in range(3)] + [[0, 0, 0, 1]]
    eye.matrix_world = UPRIGHT @ Matrix(rows)
    scene.camera = eye


def set_world(scene, hdr):
    world = bpy.data.worlds.new("world")
    scene.world = world
    world.use_nodes = True
    nodes = world.node_tree.nodes
    background = nodes["Background"]
    if hdr is None:
        background.inputs["Strength"].default_value = 0
        return
    background.inputs["Strength"].default_value = 1
    sky = nodes.new("ShaderNodeTexEnvironment")
    sky.image = bpy.data.images.load(hdr)
    world.node_tree.links.new(sky.outputs["Color"], background.inputs["Color"])


def set_integrator(scene, bounces):
    render, cycles = scene.render, scene.cycles
    render.engine = "CYCLES"
    render.resolution_percentage = 100
    render.threads_mode = "AUTO"
    # The tree stays from one picture to the next.
    render.use_persistent_data = True
    render.image_settings.file_format = "OPEN_EXR"
    render.image_settings.color_depth = "32"
    render.image_settings.exr_codec = "NONE"
    cycles.device = "CPU"
    cycles.feature_set = "SUPPORTED"
    cycles.use_adaptive_sampling = False
    cycles.use_denoising = False
    cycles.time_limit = 0
    cycles.sample_clamp_direct = 0
    cycles.sample_clamp_indirect = 0
    cycles.blur_glossy = 0
    cycles.use_fast_gi = False
    cycles.caustics_reflective = cycles.caustics_refractive = True
    # One box a pixel.
    cycles.pixel_filter_type = "BOX"
    cycles.filter_width = 1
    # Its first bounce comes after the first scattering: 0 is direct light.
    deepest = max(0, bounces - 1)
    cycles.max_bounces = deepest
    cycles.diffuse_bounces = cycles.glossy_bounces = cycles.transmission_bounces = deepest
    cycles.volume_bounces = 0
    # Roulette after three surfaces, as ours: at the same surface, so that paths are equally long.
    cycles.min_light_bounces = 1
    cycles.transparent_max_bounces = 8


def render(order):
    scene = bpy.context.scene
    scene.render.resolution_x, scene.render.resolution_y = order["width"], order["height"]
    scene.cycles.samples = order["spp"]
    scene.cycles.seed = order["seed"]
    scene.update_tag()
    bpy.context.view_layer.update()
    begun = time.perf_counter()
    bpy.ops.render.render()
    seconds = time.perf_counter() - begun
    if order["floats"] is not None:
        save(scene, order["exr"], order["floats"])
    answer(ms=1000 * seconds)


def save(scene, exr, floats):
    """Linear RGB, 32-bit floats, rows from the top."""
    bpy.data.images["Render Result"].save_render(exr, scene=scene)
    image = bpy.data.images.load(exr)
    image.colorspace_settings.name = "Linear"
    width, height = image.size
    rgba = numpy.empty(width * height * 4, dtype=numpy.float32)
    image.pixels.foreach_get(rgba)
    bpy.data.images.remove(image)
    numpy.ascontiguousarray(rgba.reshape(height, width, 4)[::-1, :, :3]).tofile(floats)


def main():
    orders = {"open": open_scene, "render": render}
    for line in sys.stdin:
        order = json.loads(line)
        if order["order"] == "quit":
            return
        try:
            orders[order["order"]](order)
        except Exception as error:
            answer(error=f"{type(error).__name__}: {error}")


assert math.isclose(UPRIGHT.determinant(), 1)
main()
