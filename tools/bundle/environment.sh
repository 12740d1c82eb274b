# shellcheck shell=bash
#
# Sourced: what the bundle's programs need to find LibTorch, and Open MPI its parts, wherever the bundle lies. LibTorch is that of RADFORGE_TORCH
# (the folder torch/ of its wheel), else that of python3. Fails, with a line that says why, if there is none of the right version.
bundle=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
wanted=$(cat "$bundle/libtorch-version")
torch=${RADFORGE_TORCH:-$(python3 -c 'import importlib.util as u; s = u.find_spec("torch"); print(s.submodule_search_locations[0] if s else "")' 2>/dev/null)}
if [ -z "$torch" ] || [ ! -e "$torch/lib/libtorch_cpu.so" ]; then
  echo "radforge: no LibTorch was found (RADFORGE_TORCH is '${RADFORGE_TORCH:-}', python3 has no torch) pip install torch==$wanted, or set RADFORGE_TORCH" >&2
  return 1
fi
found=$(sed -n 's/^#define TORCH_VERSION_\(MAJOR\|MINOR\|PATCH\) \([0-9]*\).*/\2/p' "$torch/include/torch/headeronly/version.h" 2>/dev/null | paste -sd.)
if [ "$found" != "$wanted" ]; then
  echo "radforge: LibTorch in $torch is ${found:-of unknown version} (this bundle was built with $wanted) pip install torch==$wanted, or set RADFORGE_TORCH" >&2
  return 1
fi
libraries="$bundle/lib:$torch/lib"
for folder in "$torch"/../nvidia/*/lib; do libraries="$libraries:$folder"; done
export RADFORGE_LIBRARY_PATH_BEFORE=${LD_LIBRARY_PATH:-} # for programs that are not of the bundle
export LD_LIBRARY_PATH="$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
export PATH="$bundle/bin:$PATH"
export OPAL_PREFIX="$bundle" OPAL_LIBDIR="$bundle/lib" OPAL_PKGLIBDIR="$bundle/lib/openmpi" OPAL_PKGDATADIR="$bundle/share/openmpi" OPAL_BINDIR="$bundle/bin"
export OMPI_MCA_mca_base_component_path="$bundle/lib/openmpi" PMIX_MCA_mca_base_component_path="$bundle/lib/pmix"
