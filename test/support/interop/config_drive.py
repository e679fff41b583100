"""Reads a config drive as a guest does: `cloud-init FOLDER STATE`, or `iso FILE`; prints JSON."""

import base64
import io
import json
import logging
import sys


def text(content):
    return content if content is None else base64.b64encode(content).decode()


def cloud_init(folder, state):
    """Gives what cloud-init's own data source makes of the folder; it keeps its state in another one."""
    from cloudinit import helpers, settings
    from cloudinit.sources.DataSourceConfigDrive import DataSourceConfigDrive

    paths = helpers.Paths({'cloud_dir': state, 'run_dir': state})
    source = DataSourceConfigDrive(settings.CFG_BUILTIN, None, paths)
    source.seed_dir = folder
    found = source.get_data()
    return {
        'found': found,
        'version': source.version,
        'instance_id': source.get_instance_id(),
        'hostname': str(source.get_hostname()),
        'public_keys': source.get_public_ssh_keys(),
        'user_data': text(source.get_userdata_raw()),
        'availability_zone': source.availability_zone,
        'vendor_data': source.vendordata_pure,
        'vendor_data2': source.vendordata2_pure,
        'network': source.network_json,
        'ec2': source.ec2_metadata,
    }


def iso(file):
    """Gives the label, and the files by the names that each kind of reader sees."""
    import pycdlib

    image = pycdlib.PyCdlib()
    image.open(file)
    views = {'rock_ridge': 'rr_path', 'joliet': 'joliet_path'}
    has = {'rock_ridge': image.has_rock_ridge(), 'joliet': image.has_joliet()}
    read = {
        'label': image.pvd.volume_identifier.decode('ascii').strip(),
        'publisher': image.pvd.publisher_identifier.text.decode('ascii').strip(),
        **{view: files_of(image, argument) if has[view] else None for view, argument in views.items()},
    }
    image.close()
    return read


def files_of(image, argument):
    found = {}
    for folder, _, names in image.walk(**{argument: '/'}):
        for name in names:
            path = f'{folder.rstrip("/")}/{name}'
            content = io.BytesIO()
            image.get_file_from_iso_fp(content, **{argument: path})
            found[path.lstrip('/').removesuffix(';1')] = text(content.getvalue())
    return found


if __name__ == '__main__':
    logging.basicConfig(level=logging.WARNING)
    command, *arguments = sys.argv[1:]
    print(json.dumps({'cloud-init': cloud_init, 'iso': iso}[command](*arguments)))
